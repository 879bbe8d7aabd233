/** The training rows as all workers share them: bins by rows and by columns, labels or targets, weights. */
import { deriveSeed } from '../../core/random.js';
import type { Arena } from '../../kernels/arena.js';
import type { JobContext } from '../../kernels/job.js';
import type { BinMapper } from '../../trees/bin-mapper.js';
import { type BinnedMatrix, planeOffset } from '../../trees/binned-matrix.js';
import { binRows, findBins } from '../../trees/binning.js';
import type { ForestJobArgs } from './job-args.js';
import { CRITERIA } from './params.js';

/** Rows from which bins are found, at most. */
const SAMPLE = 200_000;
/** Two f32 for each of 256 bins. */
const END_BYTES = 2048;

export interface TrainingTable {
  readonly rows: number;
  readonly cols: number;
  readonly mapper: BinMapper;
  readonly matrix: BinnedMatrix;
  /** Addresses: (cols,) i32 feature of each column, -1 if it never varies; (features,) i32 bin of missing values. */
  readonly featureOf: number;
  readonly missingBins: number;
  /** (features, 256) f32 pairs: the smallest and the largest value of each bin. */
  readonly binEnds: number;
  /** (rows,) u32 class of each row; 0 for regression. */
  readonly labels: number;
  /** (rows,) f64 as given; 0 for classification. */
  readonly targets: number;
  /** (rows,) f64 targets less `offset`, for sums that do not cancel out. */
  readonly centred: number;
  /** (rows,) f64, or 0 where all weights are 1. */
  readonly weights: number;
  /** f64 table of x log x for whole numbers up to the draws of a tree, or 0. */
  readonly logTable: number;
}

/** Bins the rows and shares the rest; barriers. */
export function shareTrainingTable(context: JobContext<ForestJobArgs>, arena: Arena): TrainingTable {
  const { args, thread, kernels } = context;
  const { source, params, y, weights } = args;
  const { rows, cols } = source;
  const classification = params.classes > 0;
  const columnEnds = arena.alloc(cols * END_BYTES);
  const mapper = findBins(context, arena, source, {
    maxBin: params.maxBin,
    minDataInBin: 1,
    sampleCount: SAMPLE,
    seed: deriveSeed(args.seed, 'bins'),
    onCuts: (column, values, cuts) => writeEnds(arena.float32(columnEnds + column * END_BYTES, 512), values, cuts),
  });
  const matrix = binRows(context, arena, source, mapper, { columns: true, wholeRows: true });
  const features = mapper.columns.length;
  const draws = params.draws || rows;
  const counted = !weights && !params.balancedSubsample;
  const table = {
    rows,
    cols,
    mapper,
    matrix,
    featureOf: arena.alloc(cols * 4),
    missingBins: arena.alloc(features * 4),
    binEnds: arena.alloc(features * END_BYTES),
    labels: classification ? arena.alloc(rows * 4) : 0,
    targets: classification ? 0 : arena.alloc(rows * 8),
    centred: classification ? 0 : arena.alloc(rows * 8),
    weights: weights ? arena.alloc(rows * 8) : 0,
    logTable: classification && counted && params.criterion === CRITERIA.entropy ? arena.alloc((draws + 1) * 8) : 0,
  };
  arena.commit();
  if (thread === 0) {
    const featureOf = arena.int32(table.featureOf, cols).fill(-1);
    const ends = arena.float32(table.binEnds, features * 512);
    for (const [feature, column] of mapper.columns.entries()) {
      featureOf[column] = feature;
      ends.set(arena.float32(columnEnds + column * END_BYTES, 512), feature * 512);
    }
    arena.int32(table.missingBins, features).set(mapper.cuts.map((cuts) => cuts.length + 1));
    if (weights) arena.float64(table.weights, rows).set(weights);
    if (classification) arena.uint32(table.labels, rows).set(y);
    else {
      arena.float64(table.targets, rows).set(y);
      // Only squared errors are the same for targets that are moved.
      const offset = params.criterion === CRITERIA.squared_error ? roughMean(y) : 0;
      const centred = arena.float64(table.centred, rows);
      for (let i = 0; i < rows; i++) centred[i] = y[i] - offset;
    }
    if (table.logTable) kernels.forestLogTable(table.logTable, draws + 1);
  }
  context.barrier();
  return table;
}

/** Where feature 0 of row 0 lies, whole rows `stride` bytes apart. */
export function rowLayout({ matrix }: TrainingTable): { byRow: number; rowStride: number } {
  return { byRow: matrix.planes + planeOffset(matrix, 0), rowStride: matrix.stride };
}

/** Smallest and largest of the distinct `values` in each bin. */
function writeEnds(ends: Float32Array, values: Float32Array, cuts: Float64Array): void {
  let at = 0;
  for (let bin = 0; bin <= cuts.length && at < values.length; bin++) {
    ends[2 * bin] = values[at];
    while (at + 1 < values.length && (bin === cuts.length || values[at + 1] <= cuts[bin])) at++;
    ends[2 * bin + 1] = values[at];
    at++;
  }
}

/** About the mean, in few enough bits that whole targets stay exact when it is taken off. */
export function roughMean(y: Float64Array): number {
  let sum = 0;
  let largest = 0;
  for (let i = 0; i < y.length; i++) {
    sum += y[i];
    largest = Math.max(largest, Math.abs(y[i]));
  }
  if (!(largest > 0 && largest < 2 ** 1000)) return 0;
  let unit = 1;
  while (unit > largest / 512) unit /= 2;
  while (unit <= largest / 1024) unit *= 2;
  return Math.round(sum / y.length / unit) * unit;
}
