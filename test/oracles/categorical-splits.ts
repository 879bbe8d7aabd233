/** The sets of categories that a node may send left, written out plainly, one candidate at a time: LightGBM's rules, or XGBoost's (`wholeScan`). */
import type { CategoricalLimits } from '../../src/trees/categories.js';

export interface PlainCategory {
  bin: number;
  g: number;
  h: number;
}

export interface PlainCandidate {
  bins: number[];
  extraL2: number;
}

interface Node {
  rows: number;
  g: number;
  h: number;
  /** Real value of an integer unit of hessian. */
  unit: number;
}

/**
 * Candidates in the order in which ties are decided. `categories` are all with a bin, also those without rows in the node. XGBoost orders
 * them by the values of leaves, and its set is always that of the lower ones, unless missing values are with them.
 */
export function categoricalCandidates(
  node: Node,
  categories: readonly PlainCategory[],
  limits: { minDataInLeaf: number; minSumHessianInLeaf: number },
  categorical: CategoricalLimits,
): PlainCandidate[] {
  const least = Math.max(1, limits.minSumHessianInLeaf / node.unit);
  const rowsOf = (h: number) => Math.floor(h * (node.rows / node.h) + 0.5);
  const fits = (h: number, rows: number) => h >= least && rows >= limits.minDataInLeaf;
  if (categories.length < categorical.maxOneHot) {
    return categories
      .filter(({ h }) => fits(h, rowsOf(h)) && fits(node.h - h, node.rows - rowsOf(h)))
      .map(({ bin }) => ({ bins: [bin], extraL2: 0 }));
  }
  const smooth = categorical.smooth / node.unit;
  const ranked = (categorical.minHessianToRank ?? 0) / node.unit;
  const { wholeScan = false } = categorical;
  const keyOf = ({ g, h }: PlainCategory) => (h < ranked ? 0 : ((wholeScan ? -1 : 1) * g) / (h + smooth));
  const sorted = categories
    .filter(({ h }) => (h > 0 || ranked > 0) && rowsOf(h) >= (categorical.minDataPerCategory ?? categorical.smooth))
    .sort((a, b) => keyOf(a) - keyOf(b) || a.bin - b.bin);
  const most = Math.min(categorical.maxThreshold, wholeScan ? sorted.length : Math.floor((sorted.length + 1) / 2));
  const all = categories.reduce((sum, { g, h }) => ({ g: sum.g + g, h: sum.h + h }), { g: 0, h: 0 });
  const noneMissing = all.g === node.g && all.h === node.h;
  const found: PlainCandidate[] = [];
  for (const order of [sorted, [...sorted].reverse()]) {
    let [h, rows, group] = [0, 0, 0];
    for (let i = 0; i < most; i++) {
      h += order[i].h;
      rows += rowsOf(order[i].h);
      group += rowsOf(order[i].h);
      if (!fits(h, rows)) continue;
      if (!fits(node.h - h, node.rows - rows) || node.rows - rows < categorical.minDataPerGroup) break;
      if (group < categorical.minDataPerGroup) continue;
      group = 0;
      const turned = wholeScan && order !== sorted && noneMissing;
      const set = turned ? order.slice(i + 1) : order.slice(0, i + 1);
      found.push({ bins: set.map(({ bin }) => bin), extraL2: categorical.l2 });
    }
  }
  return found;
}
