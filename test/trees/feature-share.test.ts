import { describe, expect, it } from 'vitest';
import { XGBoostModel } from '../../src/boosting/xgboost/model.js';
import { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';
import { FeatureChoice } from '../../src/trees/feature-choice.js';
import { type ShareRounding, shareOfFeatures } from '../../src/trees/feature-share.js';

/** Most distinct columns in a deep tree of LightGBM 4.7 ('nearest') and XGBoost 3.2 ('down') by columns and share. */
const MEASURED: [columns: number, share: number, nearest: number, down: number][] = [
  [3, 0.1, 1, 1],
  [3, 0.5, 2, 1],
  [5, 0.3, 2, 1],
  [5, 0.6, 3, 3],
  [7, 0.8, 6, 5],
  [7, 0.95, 7, 6],
  [10, 0.7, 7, 7],
  [10, 0.9, 9, 9],
  [11, 0.8, 9, 8],
  [13, 0.5, 7, 6],
];

describe('a share of the features', () => {
  it.each(['nearest', 'down'] as ShareRounding[])('is as many as in the library: %s', (rounding) => {
    for (const [columns, share, nearest, down] of MEASURED) {
      expect(shareOfFeatures(columns, share, rounding), `${share} of ${columns}`).toBe(
        rounding === 'nearest' ? nearest : down,
      );
    }
  });

  it('is rounded down in float32', () => {
    expect(shareOfFeatures(100, 0.29, 'down')).toBe(29);
  });

  it('is taken of the level, then of the node', () => {
    const drawn = (featureRounding: ShareRounding): number => {
      const shares = { featureFractionByLevel: 0.9, featureFractionByNode: 0.9, featureRounding };
      const choice = new FeatureChoice([0, 1, 2, 3], shares);
      choice.start(undefined, 1);
      return choice.of({ depth: 0, seed: 2 }).length;
    };
    expect(drawn('nearest')).toBe(4);
    expect(drawn('down')).toBe(2);
  });

  it('is rounded down in the trees of XGBoost', async () => {
    const random = new Random(5);
    const X = Matrix.zeros(400, 4);
    const y = new Float64Array(X.rows);
    for (let i = 0; i < X.rows; i++) for (let j = 0; j < X.cols; j++) y[i] += X.row(i)[j] = random.normal();
    const used = async (config: object): Promise<number> => {
      const model = new XGBoostModel({ objective: 'reg:squarederror', numIterations: 1, ...config });
      await model.fit({ X, y });
      return Array.from(model.featureImportance('split')?.values ?? []).filter((splits) => splits > 0).length;
    };
    for (const treeMethod of ['hist', 'exact']) {
      expect(await used({ treeMethod, colsampleBytree: 0.95 })).toBe(3);
    }
  });
});
