// A fit that writes checkpoints: killed and called again, it ends in the bytes of one that nothing disturbed.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CatBoostModel, LightGBMModel, XGBoostModel } from '../../../dist/boosting/index.js';
import { RandomForestModel } from '../../../dist/classical/index.js';
import { Windows } from '../../../dist/index.js';
import { GRUModel } from '../../../dist/neural/index.js';
import { modelHash, rows } from './data.mjs';

const hashFile = (directory) => `${directory}.hash`;

function fitting(make, data, threads = 2) {
  return {
    async work(directory) {
      const model = make();
      await model.fit(data(), { checkpointDirectory: join(directory, 'checkpoints'), threads, seed: 3 });
      // Not in the directory: it is the fit that is put to the test.
      writeFileSync(hashFile(directory), await modelHash(model));
    },
    look: async (directory) => {
      const file = hashFile(directory);
      if (existsSync(file)) return readFileSync(file, 'utf8');
      const checkpoints = existsSync(join(directory, 'checkpoints')) ? readdirSync(join(directory, 'checkpoints')) : [];
      return checkpoints.some((name) => name.endsWith('.checkpoint')) ? 'a checkpoint' : 'not fitted';
    },
  };
}

const some = () => rows(3000, 8);
function windows() {
  const { X, y } = rows(600, 4);
  const ends = Uint32Array.from({ length: 250 }, (_, i) => 9 + 2 * i);
  return { X: new Windows(X, ends, 10), y: y.slice(0, ends.length) };
}
const sampled = { baggingFraction: 0.8, baggingFreq: 1, featureFraction: 0.8, checkpointInterval: 3 };

export const subjects = {
  lightgbm: fitting(() => new LightGBMModel({ numIterations: 30, ...sampled }), some),
  xgboost: fitting(() => new XGBoostModel({ numIterations: 20, subsample: 0.8, checkpointInterval: 3 }), some),
  catboost: fitting(() => new CatBoostModel({ iterations: 20, depth: 4, checkpointInterval: 3 }), some),
  random_forest: fitting(() => new RandomForestModel({ nTrees: 40, oobScore: true }), some),
  gru: fitting(() => new GRUModel({ sequenceLength: 10, epochs: 6, batchSize: 64 }), windows, 1),
};
