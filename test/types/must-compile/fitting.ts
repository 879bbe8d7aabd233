/** Whatever learns takes training rows only. */
import { PersistenceBaseline } from '../../../src/baselines/persistence.js';
import { PriorBaseline } from '../../../src/baselines/prior.js';
import { LightGBMModel } from '../../../src/boosting/index.js';
import { chooseThreshold, PreprocessingPipeline, type TimeSeriesDataContainer } from '../../../src/index.js';

declare const container: TimeSeriesDataContainer;
declare const raw: ReturnType<typeof TimeSeriesDataContainer.fromTable>;

new PreprocessingPipeline().fit(container.train);
new PreprocessingPipeline().fit(raw.train);
const again: TimeSeriesDataContainer = new PreprocessingPipeline().fitTransform(raw);
new PreprocessingPipeline().fit(raw.train).transform(raw.test).role satisfies 'test';
new PreprocessingPipeline().fit(again.train).transform(raw.holdout.unlock({ reason: 'final evaluation' }));
new PersistenceBaseline().fit(container.train).predict(container.test, [container.validation]);
new PriorBaseline().fit(container.train);
new LightGBMModel().fit(container.train);
new LightGBMModel().fit({ ...container.train, validation: container.validation });
new LightGBMModel().fit({ ...container.train, evalSets: { late: container.validation } });
new LightGBMModel().fit({ X: container.test.X, y: container.test.y });
chooseThreshold(new LightGBMModel(), container.validation);
