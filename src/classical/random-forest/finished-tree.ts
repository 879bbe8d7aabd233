/** From the nodes that the kernels leave to a tree's arrays: pruned, parents before children, thresholds for bins. */

import { float32AtOrBelow } from '../../core/float32.js';
import type { Arena } from '../../kernels/arena.js';
import type { KernelExports } from '../../kernels/exports.js';
import { type BinMapper, thresholdOf } from '../../trees/bin-mapper.js';
import type { GrownTree } from './forest.js';
import { NODE_BYTES } from './tree-grower.js';

/** Largest float32: what is not missing goes left. */
const LARGEST = 3.4028234663852886e38;

/** The nodes of one tree; see assembly/forest-grow.ts. */
export class RawNodes {
  private readonly integers: Int32Array;
  private readonly numbers: Float64Array;
  private readonly bytes: Uint8Array;

  constructor(
    arena: Arena,
    address: number,
    readonly count: number,
  ) {
    this.integers = arena.int32(address, (count * NODE_BYTES) / 4);
    this.numbers = arena.float64(address, (count * NODE_BYTES) / 8);
    this.bytes = arena.bytes(address, count * NODE_BYTES);
  }

  begin = (i: number): number => this.integers[16 * i];
  rows = (i: number): number => this.integers[16 * i + 1];
  restBegin = (i: number): number => this.integers[16 * i + 2];
  restRows = (i: number): number => this.integers[16 * i + 3];
  /** Left child; the right one is the next node. -1: a leaf. */
  child = (i: number): number => this.integers[16 * i + 4];
  feature = (i: number): number => this.integers[16 * i + 5];
  bin = (i: number): number => this.integers[16 * i + 6];
  gain = (i: number): number => this.numbers[8 * i + 4];
  weight = (i: number): number => this.numbers[8 * i + 5];
  missingLeft = (i: number): number => this.bytes[NODE_BYTES * i + 48];
  makeLeaf(i: number): void {
    this.integers[16 * i + 4] = -1;
  }
}

/**
 * Minimal cost-complexity pruning (Breiman et al., Classification and Regression Trees, 1984, chapter 3): of all subtrees the smallest that
 * minimises impurity plus `alpha` for each leaf, impurity relative to the weight of all rows.
 */
export function prune(nodes: RawNodes, alpha: number, weight: number): void {
  if (alpha <= 0) return;
  // Children have larger numbers than their parent.
  const worth = new Float64Array(nodes.count);
  for (let i = nodes.count - 1; i >= 0; i--) {
    const left = nodes.child(i);
    if (left < 0) continue;
    worth[i] = nodes.gain(i) / weight - alpha + worth[left] + worth[left + 1];
    if (worth[i] > 0) continue;
    worth[i] = 0;
    nodes.makeLeaf(i);
  }
}

/** Makes the arrays of a tree; `visit` is told of each leaf while `value` holds what it predicts. */
export function finishTree(
  kernels: KernelExports,
  arena: Arena,
  nodes: RawNodes,
  mapper: BinMapper,
  { value, outputs, classification }: { value: number; outputs: number; classification: boolean },
  visit: (node: number) => void,
): GrownTree {
  const { inner, leaves, place } = inOrder(nodes);
  const tree: GrownTree = {
    feature: new Int32Array(inner.length),
    threshold: new Float32Array(inner.length),
    missingLeft: new Uint8Array(inner.length),
    children: new Int32Array(2 * inner.length),
    gain: new Float32Array(inner.length),
    weight: new Float32Array(inner.length),
    leafWeight: new Float32Array(leaves.length),
    leafValue: new Int32Array(leaves.length),
    ownValues: new Float64Array(0),
  };
  for (let k = 0; k < inner.length; k++) {
    const i = inner[k];
    const feature = nodes.feature(i);
    const threshold = thresholdOf(mapper, feature, nodes.bin(i));
    tree.feature[k] = mapper.columns[feature];
    tree.threshold[k] = threshold > LARGEST ? LARGEST : float32AtOrBelow(threshold);
    tree.missingLeft[k] = nodes.missingLeft(i);
    tree.children[2 * k] = place[nodes.child(i)];
    tree.children[2 * k + 1] = place[nodes.child(i) + 1];
    tree.gain[k] = nodes.gain(i);
    tree.weight[k] = nodes.weight(i);
  }
  const own: number[] = [];
  const held = arena.float64(value, outputs);
  for (let k = 0; k < leaves.length; k++) {
    const i = leaves[k];
    kernels.forestLeaf(nodes.begin(i), nodes.rows(i), value);
    visit(i);
    tree.leafWeight[k] = nodes.weight(i);
    const pure = classification ? held.indexOf(1) : -1;
    if (pure >= 0) tree.leafValue[k] = pure;
    else {
      tree.leafValue[k] = (classification ? outputs : 0) + own.length / outputs;
      for (let o = 0; o < outputs; o++) own.push(held[o]);
    }
  }
  return { ...tree, ownValues: Float64Array.from(own) };
}

/** Nodes that are left, depth first from the left, and where each is: an inner node, or ~leaf. */
function inOrder(nodes: RawNodes): { inner: number[]; leaves: number[]; place: Int32Array } {
  const place = new Int32Array(nodes.count);
  const inner: number[] = [];
  const leaves: number[] = [];
  const stack = [0];
  for (let i = stack.pop(); i !== undefined; i = stack.pop()) {
    const left = nodes.child(i);
    if (left < 0) {
      place[i] = ~leaves.length;
      leaves.push(i);
    } else {
      place[i] = inner.length;
      inner.push(i);
      stack.push(left + 1, left);
    }
  }
  return { inner, leaves, place };
}
