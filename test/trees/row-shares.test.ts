import { expect, it } from 'vitest';
import { LightGBMModel } from '../../src/boosting/lightgbm/model.js';
import { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';

const ROWS = 24_000;

/** Numbers, some of them missing, and as many columns of categories, the last. */
function rows(cols: number, categorical: number): { X: Matrix; y: Float64Array } {
  const random = new Random(cols);
  const X = Matrix.zeros(ROWS, cols);
  for (let i = 0; i < X.data.length; i++) {
    const isCategory = i % cols >= cols - categorical;
    X.data[i] = isCategory ? random.int(9) : random.float() < 0.1 ? Number.NaN : random.normal();
  }
  const y = Float64Array.from({ length: ROWS }, (_, i) => {
    const row = X.row(i);
    return (row[0] || 0) - (row[cols - 1] % 3) + random.normal() > 0 ? 1 : 0;
  });
  return { X, y };
}

it.each([
  ['one plane of columns', 11, 0, {}],
  ['two planes', 38, 0, {}],
  ['30-bit gradients', 11, 0, { lambdaL1: 0.1 }],
  ['columns of categories', 7, 3, {}],
  ['nothing but categories', 9, 9, {}],
  ['a drawn part of the rows', 11, 0, { baggingFraction: 0.8, baggingFreq: 1 }],
])('workers that share rows find the sums of one alone: %s', async (_title, cols, categorical, config) => {
  const { X, y } = rows(cols, categorical);
  const importances = [];
  for (const threads of [1, 2, 3]) {
    const model = new LightGBMModel({
      ...config,
      numIterations: 4,
      minDataPerGroup: 10,
      categoricalFeatures: Array.from({ length: categorical }, (_, j) => cols - 1 - j),
    });
    await model.fit({ X, y }, { threads });
    importances.push([model.featureImportance('gain')?.values, await model.predictScores(X)]);
  }
  expect(importances[1]).toEqual(importances[0]);
  expect(importances[2]).toEqual(importances[0]);
});
