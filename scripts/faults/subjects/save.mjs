// A saved model and its ONNX file, replaced by another model's: always all of the one or all of the other.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LightGBMModel } from '../../../dist/boosting/index.js';
import { loadModel } from '../../../dist/index.js';
import { modelHash, rows } from './data.mjs';

async function write(directory, numIterations) {
  const model = new LightGBMModel({ numIterations });
  await model.fit(rows(200), { threads: 1 });
  await model.save(join(directory, 'model'));
  await model.exportNative(join(directory, 'model.txt'));
  await model.exportOnnx(join(directory, 'model.onnx'));
}

const fileHash = (file) => createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 8);

const save = {
  prepare: (directory) => write(directory, 3),
  work: (directory) => write(directory, 4),
  look: async (directory) => {
    const model = await modelHash(await loadModel(join(directory, 'model')));
    return [model, fileHash(join(directory, 'model.txt')), fileHash(join(directory, 'model.onnx'))].join(' ');
  },
};

export const subjects = { save };
