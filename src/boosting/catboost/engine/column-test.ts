/** A chosen test in terms of columns of bins in memory. */
import type { ChosenTest } from './chosen-test.js';
import type { CtrSearch } from './ctr-search.js';
import type { ColumnTest } from './leaf-rows.js';
import type { FeatureBlock } from './level-scores.js';

/** Target statistics are those of a fold, which must have been made. */
export function columnTest(
  test: ChosenTest,
  fold: number,
  blocks: readonly FeatureBlock[],
  ctrs: CtrSearch | undefined,
): ColumnTest {
  const { bin } = test;
  if (test.kind === 'ctr') return { column: ctrs?.address(test, fold) ?? 0, bin, oneHot: false };
  const { matrix, oneHot } = blocks[test.block];
  return { column: matrix.columnMajor + test.feature * matrix.pitch, bin, oneHot: oneHot[test.feature] };
}
