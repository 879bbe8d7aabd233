/** SHAP values as a beeswarm shows them: the features that matter most, on an even sample of the rows whose size is said. */
import { meanAbsolute, type ShapResult } from '../../explain/shap-result.js';
import type { ShapSummary } from '../report-data.js';

const FEATURES = 20;
/** Dots a feature: more lie on each other. */
const ROWS = 200;
const LEVELS = 5;

/** SHAP values as small plain data for the report; of several outputs the one that moves most. */
export function summariseShap(shap: ShapResult): ShapSummary {
  const { rows, features, outputs, values, data } = shap;
  // Of several outputs, the one that moves most (the first of equals) is drawn.
  const strengths = Array.from({ length: outputs }, (_, k) => sum(meanAbsolute(shap, k)));
  const output = strengths.indexOf(Math.max(...strengths));
  const means = meanAbsolute(shap, output);
  const order = Array.from(means, (_, j) => j)
    .sort((a, b) => means[b] - means[a] || a - b)
    .slice(0, FEATURES);
  const shown = Math.min(rows, ROWS);
  const sample = Array.from({ length: shown }, (_, p) => Math.floor((p * rows) / shown));
  return {
    method: shap.method,
    unit: shap.unit,
    output: shap.outputNames[output] ?? String(output),
    outputs,
    baseValue: shap.baseValues[output],
    ...{ rows, shown, allFeatures: features },
    features: order.map((j) => ({
      name: shap.featureNames[j] ?? `feature ${j}`,
      meanAbsolute: means[j],
      values: sample.map((i) => values[(i * outputs + output) * features + j]),
      levels: levelsOf(sample.map((i) => data.data[i * data.cols + j])),
    })),
  };
}

const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);

/** Fifths of the ranks, equal values alike; -1 for a missing value. */
function levelsOf(values: readonly number[]): number[] {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return values.map(() => -1);
  const place = new Map<number, number>();
  for (let from = 0; from < sorted.length; ) {
    let to = from;
    while (to < sorted.length && sorted[to] === sorted[from]) to++;
    place.set(sorted[from], (from + to - 1) / 2 / Math.max(1, sorted.length - 1));
    from = to;
  }
  return values.map((value) => {
    const share = place.get(value);
    return share === undefined ? -1 : Math.min(LEVELS - 1, Math.floor(share * LEVELS));
  });
}
