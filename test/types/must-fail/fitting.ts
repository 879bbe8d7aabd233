/** Whatever learns takes training rows only. */
import { PersistenceBaseline } from '../../../src/baselines/persistence.js';
import { PriorBaseline } from '../../../src/baselines/prior.js';
import { PreprocessingPipeline, type TimeSeriesDataContainer } from '../../../src/index.js';

declare const container: TimeSeriesDataContainer;
declare const raw: ReturnType<typeof TimeSeriesDataContainer.fromTable>;

new PreprocessingPipeline().fit(container.test); // error: TS2345
new PreprocessingPipeline().fit(container.validation); // error: TS2345
new PreprocessingPipeline().fit(raw.test); // error: TS2345
new PreprocessingPipeline().fit(raw.validation); // error: TS2345
new PreprocessingPipeline().fit(raw.holdout.unlock({ reason: 'final evaluation' })); // error: TS2345
new PreprocessingPipeline().fit(raw.holdout); // error: TS2345
new PersistenceBaseline().fit(container.test); // error: TS2345
new PersistenceBaseline().fit(container.validation); // error: TS2345
new PriorBaseline().fit(container.test); // error: TS2345
