/** From rows, labels and settings to the quadratic problems that a job solves. */
import { InvalidInputError } from '../../core/errors.js';
import type { SVMSettings } from './config.js';
import { joined, pick, rowsWhere } from './rows.js';
import { type SmoTask, SUMMARY } from './smo/task.js';

const float64 = (length: number) => new Float64Array(new SharedArrayBuffer(length * 8));

function rowsFrom(values: ArrayLike<number>): Uint32Array {
  const rows = new Uint32Array(new SharedArrayBuffer(values.length * 4));
  rows.set(values);
  return rows;
}

function emptyTask(rows: Uint32Array, test?: ArrayLike<number>): Omit<SmoTask, 'epsilon' | 'start' | 'secondGroup'> {
  const n = rows.length;
  return {
    rows,
    z: float64(n),
    lower: float64(n),
    upper: float64(n),
    w: float64(n),
    products: float64(n),
    summary: float64(SUMMARY.length),
    ...(test ? { test: rowsFrom(test), decisions: float64(test.length) } : {}),
  };
}

/** Two classes: `rows` of X, `positive[i]` whether row i is of the first class, `bounds[i]` the most its multiplier may be. */
export interface PairRows {
  readonly rows: Uint32Array;
  readonly positive: Uint8Array;
  /** (n,) C times weights for C-SVC, weights alone for nu-SVC. */
  readonly bounds: Float64Array;
  readonly test?: Uint32Array;
}

export function pairTask(settings: Pick<SVMSettings, 'svmType' | 'nu'>, pair: PairRows): SmoTask {
  const { positive, bounds } = pair;
  const n = pair.rows.length;
  const nu = settings.svmType === 'nu';
  // nu-SVC has groups, which lie one after the other.
  const order = nu ? positivesFirst(positive) : rowsWhere(n, () => true);
  const task = emptyTask(rowsFrom(pick(pair.rows, order)), pair.test);
  let positives = 0;
  for (let i = 0; i < n; i++) {
    const from = order[i];
    const sign = positive[from] ? 1 : -1;
    if (positive[from]) positives++;
    task.z[i] = nu ? 0 : sign;
    if (sign > 0) task.upper[i] = bounds[from];
    else task.lower[i] = -bounds[from];
  }
  if (!nu) return { ...task, epsilon: 0, secondGroup: n };
  return { ...task, epsilon: 0, secondGroup: positives, start: nuClassStart(settings.nu, task, positives, !pair.test) };
}

/** The nu-SVC multipliers that sum to nu / 2 of all weight in both classes, filled up in the order of rows. */
function nuClassStart(
  nu: number,
  { lower, upper }: Pick<SmoTask, 'lower' | 'upper'>,
  positives: number,
  strict: boolean,
) {
  const n = upper.length;
  let [weightOfFirst, weightOfSecond] = [0, 0];
  for (let i = 0; i < n; i++) {
    if (i < positives) weightOfFirst += upper[i];
    else weightOfSecond -= lower[i];
  }
  const wanted = (nu * (weightOfFirst + weightOfSecond)) / 2;
  const possible = Math.min(weightOfFirst, weightOfSecond);
  if (strict && wanted > possible * (1 + 1e-12)) {
    const most = (2 * possible) / (weightOfFirst + weightOfSecond);
    throw new InvalidInputError(`svm: nu ${nu} is infeasible for these classes: at most ${most} is possible`, {
      hint: 'Lower nu, or balance the classes: half of nu times all weight has to fit into the smaller class.',
      details: { nu, most },
    });
  }
  const start = float64(n);
  let [first, second] = [Math.min(wanted, possible), Math.min(wanted, possible)];
  for (let i = 0; i < n; i++) {
    if (i < positives) {
      start[i] = Math.min(upper[i], first);
      first -= start[i];
    } else {
      start[i] = Math.max(lower[i], -second);
      second += start[i];
    }
  }
  return start;
}

function positivesFirst(positive: Uint8Array): Uint32Array {
  const n = positive.length;
  return joined([rowsWhere(n, (i) => positive[i] > 0), rowsWhere(n, (i) => positive[i] === 0)]);
}

/** Regression on all rows; `bounds[i]` is C times the weight of row i. nu-SVR has every row twice: alpha, then -alpha*. */
export function regressionTask(
  settings: Pick<SVMSettings, 'svmType' | 'nu' | 'epsilon'>,
  y: Float64Array,
  bounds: Float64Array,
): SmoTask {
  const n = y.length;
  const nu = settings.svmType === 'nu';
  const all = rowsWhere(n, () => true);
  const task = emptyTask(rowsFrom(nu ? joined([all, all]) : all));
  for (let i = 0; i < n; i++) {
    task.z[i] = y[i];
    task.upper[i] = bounds[i];
    task.lower[nu ? n + i : i] = -bounds[i];
    if (nu) task.z[n + i] = y[i];
  }
  if (!nu) return { ...task, epsilon: settings.epsilon, secondGroup: n };
  const start = float64(2 * n);
  let left = 0;
  for (let i = 0; i < n; i++) left += (settings.nu * bounds[i]) / 2;
  for (let i = 0; i < n; i++) {
    start[i] = Math.min(bounds[i], left);
    start[n + i] = -start[i];
    left -= start[i];
  }
  return { ...task, epsilon: 0, secondGroup: n, start };
}
