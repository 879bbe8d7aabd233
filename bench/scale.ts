/**
 * How training time of the boosting models grows beside their libraries': with rows, columns, and classes, one of them at a time. (Threads are
 * `--threads`.) Rounds are few: it is the slope that counts.
 */
import type { BenchmarkOptions, BenchmarkReport } from './benchmark.js';
import { type BoostingTask, type Library, run as runTasks } from './boosting.js';
import { HIGGS } from './data.js';

const TEST_ROWS = 5000;
const narrow = { ...HIGGS, testRows: TEST_ROWS };
const short = { ...narrow, trainRows: 20_000 };

const TASKS: readonly BoostingTask[] = [
  ...[10_000, 100_000, 1_000_000, 10_000_000].map((trainRows): BoostingTask => {
    // Making ten million rows takes minutes too.
    return {
      name: `rows ${trainRows}`,
      data: { ...narrow, trainRows },
      target: 'binary',
      rounds: 20,
      onRequest: trainRows > 1_000_000,
    };
  }),
  ...[10, 100, 500, 2000].map((cols): BoostingTask => {
    return { name: `columns ${cols}`, data: { ...short, cols }, target: 'binary', rounds: 50 };
  }),
  { name: 'classes 2', data: short, target: 'binary', rounds: 20 },
  ...[5, 10, 50].map((classes): BoostingTask => {
    return { name: `classes ${classes}`, data: { ...short, classes }, target: 'classes', rounds: 20 };
  }),
];

export function run(library: Library, options: BenchmarkOptions): Promise<BenchmarkReport> {
  return runTasks(library, options, { name: `scale-${library}`, tasks: TASKS });
}
