/** The difference of two areas by DeLong's test, where both rank the same unweighted rows of two classes. */

import { delongTest } from '../../metrics/delong.js';
import { uniqueLabels } from '../../metrics/labels.js';
import { inverseNormal } from '../../preprocessing/normal.js';
import type { DelongRecord } from '../validation-metrics.js';
import type { MeasuredRows } from './measured-rows.js';

/** The first subject against subject `s`; undefined where the test says nothing. */
export function delongRecord(
  { truth, subjects }: MeasuredRows,
  s: number,
  level: number,
  independentRows: boolean,
): DelongRecord | undefined {
  const { y, weights } = truth;
  const [first, other] = [subjects[0], subjects[s]];
  const { classes } = first;
  if (weights || classes.length !== 2 || other.classes.join() !== classes.join()) return undefined;
  if (!first.probabilities || !other.probabilities) return undefined;
  if (uniqueLabels(y).some((label) => !classes.includes(label)) || !twoOfEach(y, classes)) return undefined;
  const test = delongTest(y, first.probabilities, other.probabilities, { classes });
  const standardError = Math.sqrt(test.variance);
  const reach = inverseNormal((1 + level) / 2) * standardError;
  return {
    model: test.aucs[0],
    baseline: test.aucs[1],
    difference: test.difference,
    standardError,
    z: Number.isFinite(test.z) ? test.z : null,
    pValue: test.pValue,
    interval: {
      lower: test.difference - reach,
      upper: test.difference + reach,
      level,
      method: 'delong',
      standardError,
      samples: 0,
      undefinedSamples: 0,
    },
    independentRows,
  };
}

function twoOfEach(y: Float64Array, classes: readonly number[]): boolean {
  const counts = classes.map(() => 0);
  for (const label of y) counts[classes.indexOf(label)]++;
  return counts.every((count) => count >= 2);
}
