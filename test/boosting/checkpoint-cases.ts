/** What checkpoint.test.ts trains, in its own process and in those it kills. */
import type { LightGBMConfig } from '../../src/boosting/lightgbm/model.js';
import { randomData } from './engine/data.js';

const sampled = { baggingFraction: 0.7, baggingFreq: 3, featureFraction: 0.8 };

const short = { numIterations: 24, numLeaves: 15, checkpointInterval: 3 };

export const configs = {
  plain: { numIterations: 60, numLeaves: 15, ...sampled, earlyStoppingRounds: 40, checkpointInterval: 4 },
  classes: { numIterations: 24, numLeaves: 15, checkpointInterval: 1 },
  dart: {
    ...short,
    boosting: 'dart',
    dropRate: 0.3,
    skipDrop: 0.2,
    earlyStoppingRounds: 18,
    metric: ['auc', 'binary_logloss'],
  },
  forest: { ...short, boosting: 'rf', ...sampled },
  goss: { ...short, boosting: 'goss', learningRate: 0.3, posBaggingFraction: 1 },
  categories: { ...short, categoricalFeatures: [3], objective: 'binary', extraTrees: true, featureFractionBynode: 0.6 },
} as const satisfies Record<string, LightGBMConfig>;

export type Kind = keyof typeof configs;

export function rowsOf(kind: Kind) {
  const classes = kind === 'classes' ? 3 : 2;
  const data = randomData(31, 2500, 12, classes);
  return {
    ...data,
    weights: Float32Array.from(data.y, (_, i) => i % 4),
    validation: randomData(32, 400, 12, classes),
    evalSets: { test: randomData(33, 300, 12, classes) },
  };
}
