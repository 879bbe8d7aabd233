/** Columns of X as bins between CatBoost's borders: numeric columns, and categorical ones that are tested one against the rest. */
import type { Arena } from '../../../kernels/arena.js';
import type { JobContext } from '../../../kernels/job.js';
import type { BinMapper } from '../../../trees/bin-mapper.js';
import type { BinnedMatrix } from '../../../trees/binned-matrix.js';
import { binRows, findBins, type RowSource } from '../../../trees/binning.js';
import { findBorders } from './borders.js';
import type { CatBoostParams } from './params.js';

/** Beyond every finite value, in float32. */
export const LARGEST = 3.4028234663852886e38;

export interface QuantisedColumns {
  mapper: BinMapper;
  /** Per feature. */
  missingBins: Uint8Array;
  bins: number[];
  oneHot: boolean[];
}

/** Finds the borders of all columns; constant ones are left out, and categorical ones but `oneHotColumns` (with their sizes). */
export function findColumns(
  context: JobContext,
  arena: Arena,
  source: RowSource,
  params: CatBoostParams,
  oneHotColumns: ReadonlyMap<number, number>,
  seed: number,
): QuantisedColumns {
  const categorical = new Set(params.categorical.columns);
  const { borderCount, borderType, nanMode } = params;
  const mapper = findBins(context, arena, source, {
    maxBin: 255,
    minDataInBin: 1,
    sampleCount: params.borderSampleCount,
    seed,
    cutsOf(column, values, counts, missing) {
      if (categorical.has(column)) return betweenNumbers(oneHotColumns.get(column) ?? 0);
      const borders = findBorders(borderType, values, counts, borderCount - (missing > 0 ? 1 : 0));
      if (missing === 0) return borders;
      return nanMode === 'Max' ? Float64Array.of(...borders, LARGEST) : Float64Array.of(-LARGEST, ...borders);
    },
  });
  const oneHot = Array.from(mapper.columns, (column) => oneHotColumns.has(column));
  const bins = mapper.cuts.map((cuts) => cuts.length + 1);
  const missingBins = Uint8Array.from(bins, (count) => (nanMode === 'Max' ? count - 1 : 0));
  return { mapper, missingBins, bins, oneHot };
}

/** A bin a category, and one for those that training did not see; none at all of a single category. */
function betweenNumbers(size: number): Float64Array {
  return Float64Array.from({ length: size < 2 ? 0 : size }, (_, i) => i + 0.5);
}

export function binColumns(
  context: JobContext,
  arena: Arena,
  source: RowSource,
  columns: QuantisedColumns,
): BinnedMatrix {
  return binRows(context, arena, source, columns.mapper, { columns: true, missingBins: columns.missingBins });
}
