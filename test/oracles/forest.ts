/**
 * Growing one tree of a forest, written out plainly: every cut of a feature tried by adding up all rows again; and what a forest says of a row,
 * tree by tree and node by node.
 */
import type { Forest } from '../../src/classical/random-forest/forest.js';
import { log } from '../../src/core/math.js';
import { deriveSeed, Random } from '../../src/core/random.js';

export type PlainCriterion = 'gini' | 'entropy' | 'squared_error' | 'absolute_error' | 'poisson';

export interface PlainForestProblem {
  /** values[column][row]; NaN is missing. Few distinct ones: each has a bin of its own. */
  values: number[][];
  /** Class numbers or targets. */
  y: number[];
  weights?: number[];
  classes: number;
  criterion: PlainCriterion;
  maxFeatures: number;
  maxDepth?: number;
  minSplit?: number;
  minLeaf?: number;
  maxLeaves?: number;
  bootstrap: boolean;
  extraTrees?: boolean;
  seed: number;
  tree: number;
}

export interface PlainNode {
  /** Rows in the sample and their weights. */
  rows: number[];
  depth: number;
  number: number;
  cut?: PlainCut;
  children?: [PlainNode, PlainNode];
}

interface PlainCut {
  column: number;
  /** The largest value on the left; Infinity if only missing ones are on the right. */
  left: number;
  /** The smallest value on the right. */
  right: number;
  /** Of an extremely randomised tree. */
  drawn?: number;
  missingLeft: boolean;
  sawMissing: boolean;
  score: number;
  gain: number;
}

/** Integers below n from the high word of a product, as the kernels draw them. */
const below = (random: Random, n: number) => Math.floor((random.uint32() * n) / 4294967296);

export function growPlainForestTree(problem: PlainForestProblem): PlainNode {
  const { values, y, bootstrap, seed, tree, maxLeaves = Number.POSITIVE_INFINITY } = problem;
  const { random, counts } = bootstrap
    ? plainDraws(seed, tree, y.length)
    : { random: streamOfTree(seed, tree), counts: y.map(() => 1) };
  const weight = counts.map((count, i) => count * (problem.weights?.[i] ?? 1));
  const columns = values.map((_, j) => j);
  let number = 0;
  const open: PlainNode[] = [];
  let leaves = 1;
  const add = (rows: number[], depth: number): PlainNode => {
    const node: PlainNode = { rows, depth, number: number++ };
    const minSplit = Math.max(problem.minSplit ?? 2, 2 * (problem.minLeaf ?? 1));
    const pure = new Set(rows.map((i) => y[i])).size < 2;
    if (pure || rows.length < minSplit || depth >= (problem.maxDepth ?? Number.POSITIVE_INFINITY)) return node;
    node.cut = bestCut(problem, rows, weight, columns, random);
    if (node.cut) open.push(node);
    return node;
  };
  const root = add(
    y.map((_, i) => i).filter((i) => counts[i] > 0),
    0,
  );
  while (open.length > 0 && leaves < maxLeaves) {
    const at = maxLeaves === Number.POSITIVE_INFINITY ? open.length - 1 : firstOf(open);
    const [node] = open.splice(at, 1);
    const { cut } = node;
    if (!cut) break;
    const goesLeft = (i: number) => onLeft(cut, values[cut.column][i]);
    leaves++;
    node.children = [
      add(node.rows.filter(goesLeft), node.depth + 1),
      add(
        node.rows.filter((i) => !goesLeft(i)),
        node.depth + 1,
      ),
    ];
    if (!cut.sawMissing) cut.missingLeft = 2 * node.children[0].rows.length > node.rows.length;
  }
  return root;
}

/** How often each row was drawn for a tree, and the stream behind these draws. */
export function plainDraws(
  seed: number,
  tree: number,
  rows: number,
  draws = rows,
): { counts: number[]; random: Random } {
  const random = streamOfTree(seed, tree);
  const counts = new Array<number>(rows).fill(0);
  for (let i = 0; i < draws; i++) counts[below(random, rows)]++;
  return { counts, random };
}

/** The kernels' stream starts at four words of the tree's own. */
const streamOfTree = (seed: number, tree: number) => streamOf(new Random(deriveSeed(seed, 'tree', tree)));

/** xoshiro128** from four words: `Random` itself, its state replaced. */
function streamOf(first: Random): Random {
  const words = Array.from({ length: 4 }, () => first.uint32());
  const stream = new Random(0);
  (stream as unknown as { s: Uint32Array }).s.set(words);
  return stream;
}

function firstOf(open: readonly PlainNode[]): number {
  let best = 0;
  for (let i = 1; i < open.length; i++) {
    const [a, b] = [open[i], open[best]];
    const gap = (a.cut?.gain ?? 0) - (b.cut?.gain ?? 0);
    if (gap > 0 || (gap === 0 && a.number < b.number)) best = i;
  }
  return best;
}

function onLeft({ left, right, drawn, missingLeft }: PlainCut, value: number): boolean {
  if (Number.isNaN(value)) return missingLeft;
  return drawn === undefined ? value <= (left + right) / 2 : value <= drawn || value <= left;
}

function bestCut(
  problem: PlainForestProblem,
  rows: number[],
  weight: number[],
  columns: number[],
  random: Random,
): PlainCut | undefined {
  const { values, maxFeatures, minLeaf = 1, extraTrees } = problem;
  const whole = scoreOf(problem, rows, weight);
  let best: PlainCut | undefined;
  let varied = false;
  for (let drawn = 0; drawn < columns.length; drawn++) {
    if (drawn >= maxFeatures && varied) break;
    const place = drawn + below(random, columns.length - drawn);
    [columns[drawn], columns[place]] = [columns[place], columns[drawn]];
    const column = columns[drawn];
    const of = (i: number) => values[column][i];
    const present = [...new Set(rows.map(of).filter((v) => !Number.isNaN(v)))].sort((a, b) => a - b);
    const sawMissing = rows.some((i) => Number.isNaN(of(i)));
    if (present.length + (sawMissing ? 1 : 0) < 2) continue;
    varied = true;
    let threshold: number | undefined;
    if (extraTrees && present.length > 1) {
      const [low, high] = [present[0], present[present.length - 1]];
      threshold = low + (random.uint32() / 4294967296) * (high - low);
    }
    for (const missingLeft of sawMissing ? [false, true] : [false]) {
      const ends = missingLeft || !sawMissing ? present.slice(0, -1) : present;
      for (const [k, left] of ends.entries()) {
        const right = present[k + 1] ?? Number.POSITIVE_INFINITY;
        if (threshold !== undefined && !(left <= threshold && (threshold < right || k === present.length - 2)))
          continue;
        if (threshold !== undefined && right === Number.POSITIVE_INFINITY) continue;
        const cut = { column, left, right, missingLeft, sawMissing, drawn: threshold, score: 0, gain: 0 };
        const inside = rows.filter((i) => (Number.isNaN(of(i)) ? missingLeft : of(i) <= left));
        const outside = rows.filter((i) => !inside.includes(i));
        if (inside.length < minLeaf || outside.length < minLeaf) continue;
        cut.score = scoreOf(problem, inside, weight) + scoreOf(problem, outside, weight);
        if (!(cut.score > (best?.score ?? Number.NEGATIVE_INFINITY))) continue;
        cut.gain = Math.max(0, cut.score - whole);
        best = cut;
      }
    }
    // No later cut would be better, and fewer columns are drawn.
    if (best && problem.classes > 0 && isPerfect(problem, best, rows)) break;
  }
  return best;
}

function isPerfect(problem: PlainForestProblem, cut: PlainCut, rows: number[]): boolean {
  const side = (left: boolean) =>
    new Set(
      rows
        .filter((i) => {
          const value = problem.values[cut.column][i];
          return (Number.isNaN(value) ? cut.missingLeft : value <= cut.left) === left;
        })
        .map((i) => problem.y[i]),
    ).size;
  return side(true) === 1 && side(false) === 1;
}

const xLogX = (x: number) => (x > 0 ? x * log(x) : 0);

/** The larger the better, for the sum over two sides. */
function scoreOf({ criterion, classes, y }: PlainForestProblem, rows: number[], weight: number[]): number {
  const total = rows.reduce((sum, i) => sum + weight[i], 0);
  const sum = rows.reduce((all, i) => all + weight[i] * y[i], 0);
  const byClass = Array.from({ length: classes }, (_, k) =>
    rows.reduce((all, i) => all + (y[i] === k ? weight[i] : 0), 0),
  );
  switch (criterion) {
    case 'gini':
      return byClass.reduce((all, n) => all + n * n, 0) / total;
    case 'entropy':
      return byClass.reduce((all, n) => all + xLogX(n), 0) - xLogX(total);
    case 'squared_error':
      return (sum * sum) / total;
    case 'poisson':
      return sum > 0 ? sum * log(sum / total) : Number.NaN;
    default: {
      const sorted = [...rows].sort((a, b) => y[a] - y[b]);
      let passed = 0;
      const median = y[sorted.find((i) => (passed += weight[i]) >= total / 2) ?? sorted[0]];
      return -rows.reduce((all, i) => all + weight[i] * Math.abs(y[i] - median), 0);
    }
  }
}

/** (outputs,) means of a row over the trees, added in their order; over those of `among`, where given. */
export function plainForestMeans(
  forest: Forest,
  row: ArrayLike<number>,
  among: (tree: number) => boolean = () => true,
): number[] {
  const { nodeStarts, leafStarts, feature, threshold, missingLeft, children, leafValue, values, outputs } = forest;
  const sums = new Array<number>(outputs).fill(0);
  let trees = 0;
  for (let t = 0; t < nodeStarts.length - 1; t++) {
    if (!among(t)) continue;
    trees++;
    let at = nodeStarts[t + 1] > nodeStarts[t] ? 0 : ~0;
    while (at >= 0) {
      const node = nodeStarts[t] + at;
      const value = row[feature[node]];
      const left = Number.isNaN(value) ? missingLeft[node] === 1 : value <= threshold[node];
      at = children[2 * node + (left ? 0 : 1)];
    }
    const value = leafValue[leafStarts[t] + ~at];
    for (let o = 0; o < outputs; o++) sums[o] += values[value * outputs + o];
  }
  return sums.map((sum) => sum / trees);
}
