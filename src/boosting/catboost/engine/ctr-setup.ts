/** What a job needs of its categorical columns: which are tested one against the rest, and the parts of target statistics of the others. */
import type { Arena } from '../../../kernels/arena.js';
import type { JobContext } from '../../../kernels/job.js';
import type { BinnedMatrix } from '../../../trees/binned-matrix.js';
import type { RowSource } from '../../../trees/binning.js';
import { CtrColumns } from './ctr-columns.js';
import { type CtrPart, expandCtrs } from './ctr-parts.js';
import { CtrSearch } from './ctr-search.js';
import { type CatBoostParams, type CtrDescription, statedLoss } from './params.js';
import type { RowOrder } from './row-orders.js';
import { targetClasses } from './target-classes.js';

/** A categorical column of X, whose cells are dense numbers below `size`. */
export interface EncodedColumn {
  column: number;
  size: number;
  /** By dense number; one more for what training did not see. */
  hashes: Int32Array;
}

export function isOneHot({ size }: EncodedColumn, params: CatBoostParams): boolean {
  return size <= params.categorical.oneHotMaxSize;
}

export interface CtrSetup {
  columns: CtrColumns;
  search: CtrSearch;
}

/** Whether some column needs target statistics. */
export function needsCtrs(params: CatBoostParams, encoded: readonly EncodedColumn[]): boolean {
  const { simpleCtr, combinationsCtr, maxCtrComplexity } = params.categorical;
  const kinds = simpleCtr.length + (maxCtrComplexity > 1 ? combinationsCtr.length : 0);
  return kinds > 0 && encoded.some((column) => !isOneHot(column, params) && column.size > 1);
}

/** Columns and search of the target statistics. */
export function setUpCtrs(
  context: JobContext,
  arena: Arena,
  params: CatBoostParams,
  encoded: readonly EncodedColumn[],
  sources: readonly RowSource[],
  matrices: readonly BinnedMatrix[],
  labels: Float64Array,
  oneHot: readonly boolean[],
  outputs: number,
  orders: readonly RowOrder[],
): CtrSetup {
  const categories = encoded.flatMap((column, i) => (isOneHot(column, params) || column.size < 2 ? [] : [i]));
  const { simpleCtr, combinationsCtr, maxCtrComplexity, modelSizeReg } = params.categorical;
  const loss = statedLoss(params.loss);
  const binary = loss.kind === 'Logloss' || loss.kind === 'CrossEntropy';
  const classes = 'classes' in loss ? loss.classes : binary ? 2 : 0;
  const simple = expandCtrs(simpleCtr, classes);
  const combined = maxCtrComplexity > 1 ? expandCtrs(combinationsCtr, classes) : [];
  const rows = sources.reduce((sum, source) => sum + source.rows, 0);
  const targetBorders = Math.max(
    ...[...simpleCtr, ...combinationsCtr].map((ctr: CtrDescription) => ctr.targetBorderCount),
    1,
  );
  const columns = new CtrColumns(
    context,
    arena,
    {
      trainRows: labels.length,
      rows,
      categories: encoded.map(({ column, size }) => ({ numbers: gatherColumn(sources, column, rows), size: size + 1 })),
      bins: (feature) =>
        matrices.map((matrix) => arena.bytes(matrix.columnMajor + feature * matrix.pitch, matrix.rows)),
      classes: targetClasses(loss, labels, targetBorders),
      labels,
      permutations: orders,
    },
    Math.max(simple.length, combined.length),
  );
  // Leaves of other trees are searched one by one.
  const maxLeaves = params.growPolicy === 'SymmetricTree' ? 2 ** params.depth : 2;
  const options = {
    categories,
    simple,
    combined,
    maxComplexity: maxCtrComplexity,
    modelSizeReg,
    oneHot,
    outputs,
    maxLeaves,
  };
  return { columns, search: new CtrSearch(context, arena, columns, options) };
}

function gatherColumn(sources: readonly RowSource[], column: number, rows: number): Int32Array {
  const numbers = new Int32Array(rows);
  let at = 0;
  for (const { data, cols, rows: count, list } of sources) {
    for (let i = 0; i < count; i++) numbers[at++] = data[(list ? list[i] : i) * cols + column];
  }
  return numbers;
}

/** A statistic that the model uses: part of a combination. */
export interface UsedCtr {
  part: CtrPart;
  /** Index of its table. */
  table: number;
}
