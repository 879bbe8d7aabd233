/** What a job needs of its categorical columns: which are tested one against the rest, and the parts of target statistics of the others. */
import { deriveSeed, Random } from '../../../core/random.js';
import type { Arena } from '../../../kernels/arena.js';
import type { JobContext } from '../../../kernels/job.js';
import type { BinnedMatrix } from '../../../trees/binned-matrix.js';
import type { RowSource } from '../../../trees/binning.js';
import { CtrColumns } from './ctr-columns.js';
import { type CtrPart, expandCtrs } from './ctr-parts.js';
import { CtrSearch } from './ctr-search.js';
import { type CatBoostParams, type CtrDescription, statedLoss } from './params.js';
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
  /** Orders of the rows; the last one is that of leaf values. */
  folds: number;
}

/** Undefined where no column needs target statistics. */
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
  seed: number,
): CtrSetup | undefined {
  const categories = encoded.flatMap((column, i) => (isOneHot(column, params) || column.size < 2 ? [] : [i]));
  const { simpleCtr, combinationsCtr, maxCtrComplexity, permutations, hasTime, modelSizeReg } = params.categorical;
  const loss = statedLoss(params.loss);
  const classes = loss.kind === 'MultiClass' || loss.kind === 'MultiClassOneVsAll' ? loss.classes : 0;
  const simple = expandCtrs(simpleCtr, classes);
  const combined = maxCtrComplexity > 1 ? expandCtrs(combinationsCtr, classes) : [];
  if (categories.length === 0 || simple.length + combined.length === 0) return undefined;
  const rows = sources.reduce((sum, source) => sum + source.rows, 0);
  const folds = hasTime ? 1 : Math.max(1, permutations);
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
      permutations: Array.from({ length: folds }, (_, fold) =>
        hasTime ? undefined : new Random(deriveSeed(seed, 'permutation', fold)).permutation(labels.length),
      ),
    },
    Math.max(simple.length, combined.length),
  );
  const options = { categories, simple, combined, maxComplexity: maxCtrComplexity, modelSizeReg, oneHot, outputs };
  return { columns, search: new CtrSearch(context, arena, columns, options), folds };
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
