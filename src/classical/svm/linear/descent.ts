/**
 * Dual coordinate descent on one linear problem: passes over the rows in random order, rows that stay at a bound left out (Hsieh et
 * al., ICML 2008; regression: Ho and Lin, JMLR 2012). One worker solves it alone.
 */
import { Random } from '../../../core/random.js';
import type { Arena } from '../../../kernels/arena.js';
import type { JobContext } from '../../../kernels/job.js';
import type { LinearTable } from './table.js';
import { LINEAR_SUMMARY, type LinearOptions, type LinearTask } from './task.js';

const { NEGATIVE_INFINITY, POSITIVE_INFINITY } = Number;

/** A worker's memory for one problem at a time. */
export class DescentSpace {
  readonly index: number;
  readonly z: number;
  readonly multipliers: number;
  readonly bounds: number;
  readonly diagonals: number;
  readonly curvatures: number;
  readonly w: number;
  readonly out: number;

  constructor(
    readonly arena: Arena,
    rows: number,
    stride: number,
    thread: number,
    threads: number,
  ) {
    const each = (bytes: number) => {
      const padded = Math.ceil(bytes / 64) * 64;
      return arena.alloc(padded * threads) + padded * thread;
    };
    this.index = each(rows * 4);
    this.z = each(rows * 8);
    this.multipliers = each(rows * 8);
    this.bounds = each(rows * 8);
    this.diagonals = each(rows * 8);
    this.curvatures = each(rows * 8);
    this.w = each(stride * 8);
    this.out = each(64);
  }
}

export function solveLinear(
  context: JobContext<unknown>,
  table: LinearTable,
  space: DescentSpace,
  task: LinearTask,
  options: LinearOptions,
  onPass: (pass: number, violation: number) => void,
): void {
  const { kernels } = context;
  const { arena } = space;
  const { rows, z, costs } = task;
  const { regression, squared, epsilon, tolerance, maxPasses } = options;
  const doubles = (address: number) => arena.float64(address, table.rows);
  const [signs, multipliers, bounds, diagonals, curvatures] = [
    space.z,
    space.multipliers,
    space.bounds,
    space.diagonals,
    space.curvatures,
  ].map(doubles);
  const w = arena.float64(space.w, table.stride);
  const index = arena.int32(space.index, rows.length);
  const out = arena.float64(space.out, 2);
  w.fill(0);
  for (const row of rows) {
    signs[row] = z[row];
    multipliers[row] = 0;
    bounds[row] = squared ? POSITIVE_INFINITY : costs[row];
    diagonals[row] = squared ? 0.5 / costs[row] : 0;
    curvatures[row] = table.squares[row] + diagonals[row];
  }
  index.set(rows);
  const random = new Random(task.seed);
  const n = rows.length;
  let active = n;
  let ceiling = POSITIVE_INFINITY;
  let floor = NEGATIVE_INFINITY;
  let limit = tolerance;
  let violation = POSITIVE_INFINITY;
  let pass = 0;
  for (; pass < maxPasses; pass++) {
    context.check();
    random.shuffle(index.subarray(0, active));
    const { index: rowsAt, z: zAt } = space;
    const before = active;
    if (regression) {
      active = kernels.svmDescendValues(
        table.address,
        table.stride,
        rowsAt,
        active,
        zAt,
        space.multipliers,
        space.bounds,
        space.diagonals,
        space.curvatures,
        space.w,
        epsilon,
        ceiling,
        space.out,
      );
      violation = out[1];
      if (pass === 0) limit = tolerance * violation;
      ceiling = out[0];
    } else {
      active = kernels.svmDescend(
        table.address,
        table.stride,
        rowsAt,
        active,
        zAt,
        space.multipliers,
        space.bounds,
        space.diagonals,
        space.curvatures,
        space.w,
        ceiling,
        floor,
        space.out,
      );
      violation = active === 0 && before > 0 ? 0 : out[0] - out[1];
      ceiling = out[0] > 0 ? out[0] : POSITIVE_INFINITY;
      floor = out[1] < 0 ? out[1] : NEGATIVE_INFINITY;
    }
    onPass(pass + 1, violation);
    if (violation > limit) continue;
    if (active === n) {
      pass++;
      break;
    }
    // Optimal on the rows in play: look at all of them again.
    active = n;
    ceiling = POSITIVE_INFINITY;
    floor = NEGATIVE_INFINITY;
  }
  task.w.set(w.subarray(0, task.w.length - 1));
  const { summary } = task;
  summary[LINEAR_SUMMARY.passes] = pass;
  summary[LINEAR_SUMMARY.violation] = violation;
  summary[LINEAR_SUMMARY.limit] = limit;
  task.w[task.w.length - 1] = w[task.w.length - 1];
  summary[LINEAR_SUMMARY.objective] = objectiveOf(context, table, space, task, options);
}

/** 0.5 |w|^2 plus the costs, at the end. */
function objectiveOf(
  { kernels }: JobContext<unknown>,
  table: LinearTable,
  space: DescentSpace,
  { rows, z, costs }: LinearTask,
  { regression, squared, epsilon }: LinearOptions,
): number {
  const w = space.arena.float64(space.w, table.stride);
  let sum = 0;
  for (let j = 0; j < w.length; j++) sum += 0.5 * w[j] * w[j];
  for (const row of rows) {
    const value = kernels.svmProduct(table.address + row * table.stride * 4, space.w, table.stride);
    const loss = regression ? Math.max(0, Math.abs(value - z[row]) - epsilon) : Math.max(0, 1 - z[row] * value);
    sum += costs[row] * (squared ? loss * loss : loss);
  }
  return sum;
}
