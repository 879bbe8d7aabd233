/** A hyperparameter that the model does not have, or of a wrong type, does not compile; also of a model that is chosen by its name. */
import { LightGBMModel } from '../../../src/boosting/index.js';
import { LogisticRegressionModel } from '../../../src/classical/index.js';
import { ModelTrainer, type TimeSeriesDataContainer } from '../../../src/index.js';

declare const container: TimeSeriesDataContainer;
declare const chosenAtRunTime: string;
const trainer = new ModelTrainer();

trainer.trainModel('lightgbm', container, { config: { numLeaves: 3, task: 'regression' }, seed: 3 });
trainer.trainModel('lightgbm', container, { config: { num_leaves: 3 } });
trainer.trainModel('logistic', container, { config: { C: 0.5 } });
trainer.trainModel('my_model', container, { config: { whatever: 3 } });
trainer.trainModel(chosenAtRunTime, container, { config: { whatever: 3 } });
new LightGBMModel({ numLeaves: 31, task: 'classification' }).config.numLeaves satisfies number;
new LogisticRegressionModel({ C: 0.5 });
