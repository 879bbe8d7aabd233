/** The number that a target statistic gives each combination of its table, in float32 as CatBoost computes it. */
import type { Ctr, CtrTable } from './ensemble.js';

/** (n + 1,): values of the table's rows, then the value of a combination that is not in it. */
export function ctrValues(ctr: Ctr, table: CtrTable): Float32Array {
  const rows = table.hashes.length;
  const values = new Float32Array(rows + 1);
  for (let i = 0; i <= rows; i++) {
    const [good, total] = i < rows ? counted(ctr, table, i) : [0, table.denominator];
    values[i] = ctrValue(ctr, good, total);
  }
  return values;
}

/** ((good + priorNumerator) / (total + priorDenominator) + shift) * scale, each step rounded to float32. */
export function ctrValue(ctr: Ctr, good: number, total: number): number {
  const { fround } = Math;
  const numerator = fround(fround(good) + fround(ctr.priorNumerator));
  const denominator = fround(fround(total) + fround(ctr.priorDenominator));
  return fround(fround(fround(numerator / denominator) + fround(ctr.shift)) * fround(ctr.scale));
}

/** What is good, and of how much, in a row of the table. */
function counted(ctr: Ctr, table: CtrTable, row: number): [good: number, total: number] {
  const { type, counts, classes, denominator } = table;
  if (type === 'Counter' || type === 'FeatureFreq') return [counts[row], denominator];
  if (type === 'BinarizedTargetMeanValue' || type === 'FloatTargetMeanValue') {
    return [table.sums ? table.sums[row] : 0, counts[row]];
  }
  let good = 0;
  let total = 0;
  for (let k = 0; k < classes; k++) {
    const count = counts[row * classes + k];
    total += count;
    if (type === 'Buckets' ? k === ctr.targetBorder : k > ctr.targetBorder) good += count;
  }
  return [good, total];
}
