import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type LightGBMConfig, LightGBMModel } from '../../../src/boosting/lightgbm/model.js';
import { Matrix } from '../../../src/core/matrix.js';
import { Random } from '../../../src/core/random.js';
import { itWithData } from '../../shared-data.js';

const fitted = async (data: { X: Matrix; y: ArrayLike<number> }, config: LightGBMConfig, threads = 2) => {
  const model = new LightGBMModel({ numIterations: 10, ...config });
  await model.fit(data, { threads });
  return model;
};

describe('enableBundle', () => {
  const random = new Random(3);
  const X = Matrix.zeros(3000, 60);
  for (let i = 0; i < X.rows; i++) for (let k = 0; k < 3; k++) X.data[i * 60 + 20 * k + random.int(20)] = 1;
  const y = Array.from({ length: X.rows }, (_, i) =>
    X.data[i * 60] + X.data[i * 60 + 25] + random.float() > 0.8 ? 1 : 0,
  );

  it.each<[string, LightGBMConfig]>([
    ['defaults', {}],
    ['rows and columns drawn', { baggingFraction: 0.5, baggingFreq: 1, featureFraction: 0.5 }],
    ['goss', { dataSampleStrategy: 'goss', learningRate: 0.5 }],
    ['dart', { boosting: 'dart' }],
    ['constraints', { monotoneConstraints: [1, ...new Array<number>(59).fill(0)], lambdaL1: 0.1 }],
  ])('never changes the model: %s', async (_title, config) => {
    const scores = async (enableBundle: boolean) =>
      (await fitted({ X, y }, { ...config, enableBundle })).predictScores(X);
    expect(await scores(true)).toEqual(await scores(false));
  });

  itWithData('a9a-train.libsvm.gz', 'a9a: the same model, and the same for any number of threads', async (path) => {
    const data = readLibsvm(path, 123);
    const plain = await (await fitted(data, { enableBundle: false })).predictScores(data.X);
    for (const threads of [1, 2, 4]) {
      expect(await (await fitted(data, {}, threads)).predictScores(data.X)).toEqual(plain);
    }
  });
});

function readLibsvm(path: string, cols: number): { X: Matrix; y: number[] } {
  const lines = gunzipSync(readFileSync(path)).toString('utf8').trimEnd().split('\n');
  const X = Matrix.zeros(lines.length, cols);
  const y = lines.map((line, i) => {
    const [label, ...entries] = line.trim().split(' ');
    for (const entry of entries) {
      const [column, value] = entry.split(':').map(Number);
      X.data[i * cols + column - 1] = value;
    }
    return Number(label) > 0 ? 1 : 0;
  });
  return { X, y };
}
