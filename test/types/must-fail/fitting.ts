/** Whatever learns takes training rows only. */
import { PersistenceBaseline } from '../../../src/baselines/persistence.js';
import { PriorBaseline } from '../../../src/baselines/prior.js';
import { LightGBMModel } from '../../../src/boosting/index.js';
import { chooseThreshold, PreprocessingPipeline, type TimeSeriesDataContainer } from '../../../src/index.js';

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
new LightGBMModel().fit(container.test); // error: TS2345
new LightGBMModel().fit(container.validation); // error: TS2345
new LightGBMModel().fit({ ...container.train, validation: container.test }); // error: TS2322
new LightGBMModel().fit({ ...container.train, evalSets: { late: container.test } }); // error: TS2322
chooseThreshold(new LightGBMModel(), container.test); // error: TS2345
chooseThreshold(new LightGBMModel(), container.train); // error: TS2345
