/** A hyperparameter that the model does not have, or of a wrong type, does not compile; also of a model that is chosen by its name. */
import { LightGBMModel } from '../../../src/boosting/index.js';
import { LogisticRegressionModel } from '../../../src/classical/index.js';
import { ModelTrainer, type TimeSeriesDataContainer } from '../../../src/index.js';

declare const container: TimeSeriesDataContainer;
const trainer = new ModelTrainer();

trainer.trainModel('lightgbm', container, { config: { numLeafs: 3 } }); // error: TS2561
trainer.trainModel('logistic', container, { config: { numLeaves: 3 } }); // error: TS2353
trainer.trainModel('lightgbm', container, { config: { numLeaves: 'many' } }); // error: TS2322
trainer.trainModel('logistic', container, { config: { C: '1' } }); // error: TS2322
trainer.trainModel('lightgbm', container, { config: { task: 'ranking' } }); // error: TS2322
trainer.trainModel('lightgbm', container, { seeds: 3 }); // error: TS2561
new LightGBMModel({ numLeafs: 3 }); // error: TS2561
new LightGBMModel({ numLeaves: '31' }); // error: TS2322
new LogisticRegressionModel({ penalties: 'l2' }); // error: TS2353
new LightGBMModel().config.numLeaves = 3; // error: TS2540
