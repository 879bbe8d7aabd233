/** One tree of an XGBoost file: read, checked to be a tree, and laid out as ours. */

import { justBelow } from '../../core/float32.js';
import { emptyTree, type Tree } from '../../trees/tree.js';
import { damaged } from './damage.js';
import type { Part } from './document.js';

/** Categories are numbers below this to XGBoost. */
const MOST_CATEGORIES = 1 << 24;

/** Words that the category sets of one file may take (512 MB): what real models stay far below, and damaged files may ask for. */
const MOST_WORDS = 1 << 27;

/** What a file's trees share: columns, outputs of a vector leaf, and the words of category sets read so far. */
export interface TreeContext {
  readonly features: number;
  readonly vector: number;
  words: number;
}

/** Children of the nodes by XGBoost's numbers, and our order of its splits and leaves. */
interface Layout {
  left: Int32Array;
  right: Int32Array;
  /** XGBoost's numbers of the splits in the order they were made, and of the leaves, ascending. */
  splits: number[];
  leaves: number[];
}

/** The tree, or one tree an output where leaves hold a vector. */
export function readTree(part: Part, context: TreeContext): Tree[] {
  const size =
    part
      .find('tree_param')
      ?.find('size_leaf_vector')
      ?.integer(0, 2 ** 31 - 1) ?? 1;
  // Files before version 2 wrote 0 for "no vector".
  const outputs = Math.max(1, size);
  if (outputs > 1 && outputs !== context.vector) {
    const problem = `is ${outputs} where the model has ${context.vector} outputs`;
    throw damaged(`${part.path}.tree_param.size_leaf_vector`, problem);
  }
  const layout = readLayout(part, outputs);
  const count = layout.left.length;
  const base = emptyTree(layout.leaves.length);
  const place = new Int32Array(count);
  for (const [i, id] of layout.splits.entries()) place[id] = i;
  for (const [i, id] of layout.leaves.entries()) place[id] = ~i;
  const tree = readSplits(part, base, layout, place, context);
  const weights = part.find('base_weights')?.floats(count * outputs, 'any') ?? new Float32Array(count * outputs);
  const leafAt = leafValues(part, layout, outputs, weights);
  return Array.from({ length: outputs }, (_, k) => ({
    ...tree,
    internalValue: Float64Array.from(layout.splits, (id) => weights[id * outputs + k]),
    leafValue: Float64Array.from(layout.leaves, (id) => finite(leafAt(id, k), part)),
  }));
}

function finite(value: number, part: Part): number {
  if (!Number.isFinite(value)) throw damaged(part.path, `a leaf holds ${value}`);
  return value;
}

/** Where the value of output k at a leaf is: its split condition, its row of `leaf_weights`, or (before 3.1) its base weights. */
function leafValues(part: Part, { right }: Layout, outputs: number, weights: Float32Array) {
  const count = right.length;
  if (outputs === 1) {
    const conditions = part.get('split_conditions').floats(count, 'any');
    return (id: number, _k: number) => conditions[id];
  }
  const rows = part.find('leaf_weights')?.floats();
  if (!rows) return (id: number, k: number) => weights[id * outputs + k];
  return (id: number, k: number) => {
    const at = right[id];
    if (at < 0 || (at + 1) * outputs > rows.length) throw damaged(`${part.path}.leaf_weights`, `has no row ${at}`);
    return rows[at * outputs + k];
  };
}

function readLayout(part: Part, outputs: number): Layout {
  const lefts = part.get('left_children');
  const count = lefts.integers(-1, 2 ** 31 - 1).length;
  const left = lefts.integers(-1, count - 1);
  const right = part.get('right_children').integers(-1, outputs > 1 ? 2 ** 31 - 1 : count - 1, count);
  const stated =
    part
      .find('tree_param')
      ?.find('num_nodes')
      ?.integer(0, 2 ** 31 - 1) ?? count;
  if (count === 0 || stated !== count) throw damaged(part.path, `${count} nodes where num_nodes says ${stated}`);
  const seen = new Uint8Array(count);
  const splits: number[] = [];
  const leaves: number[] = [];
  const stack = [0];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    if (id >= count || id < 0) throw damaged(part.path, `node ${id} does not exist`);
    if (seen[id] === 1) throw damaged(part.path, `node ${id} is reached twice: the nodes make no tree`, { node: id });
    seen[id] = 1;
    if (left[id] < 0) leaves.push(id);
    else {
      splits.push(id);
      stack.push(left[id], right[id]);
    }
  }
  const deleted =
    part
      .find('tree_param')
      ?.find('num_deleted')
      ?.integer(0, 2 ** 31 - 1) ?? 0;
  const unseen = count - splits.length - leaves.length;
  if (unseen > deleted) throw damaged(part.path, `${unseen} nodes cannot be reached from the root`);
  // Children are numbered when their parent is split.
  splits.sort((a, b) => (a === 0 ? -1 : b === 0 ? 1 : left[a] - left[b]));
  return { left, right, splits, leaves: leaves.sort((a, b) => a - b) };
}

function readSplits(part: Part, base: Tree, layout: Layout, place: Int32Array, context: TreeContext): Tree {
  const { features } = context;
  const { left, right, splits, leaves } = layout;
  const count = left.length;
  const numbers = (key: string) => part.find(key)?.floats(count, 'any') ?? new Float32Array(count);
  const feature = part.get('split_indices').integers(0, 2 ** 31 - 1, count);
  const condition = part.get('split_conditions').floats(count, 'any');
  const defaultLeft = part.get('default_left').integers(0, 1);
  const gain = numbers('loss_changes');
  const hessian = numbers('sum_hessian');
  const sets = readCategories(part, count, context);
  if (defaultLeft.length < Math.max(1, splits.length)) throw damaged(`${part.path}.default_left`, 'is cut short');
  for (const [i, id] of splits.entries()) {
    if (feature[id] >= features) {
      throw damaged(`${part.path}.split_indices`, `${feature[id]} is no feature of ${features}`, { node: id });
    }
    if (!(id < defaultLeft.length)) throw damaged(`${part.path}.default_left`, 'is cut short');
    const set = sets.get(id);
    base.splitFeature[i] = feature[id];
    base.hasMissing[i] = 1;
    base.missingLeft[i] = defaultLeft[id];
    base.left[i] = place[left[id]];
    base.right[i] = place[right[id]];
    base.gain[i] = gain[id];
    base.internalWeight[i] = hessian[id];
    if (set) {
      // XGBoost sends the categories of its set right, and all others left.
      base.left[i] = place[right[id]];
      base.right[i] = place[left[id]];
      base.missingLeft[i] = 1 - defaultLeft[id];
      base.categories ??= new Array<Uint32Array | undefined>(splits.length).fill(undefined);
      base.categories[i] = set;
    } else {
      if (Number.isNaN(condition[id])) throw damaged(`${part.path}.split_conditions`, 'holds NaN', { node: id });
      base.threshold[i] = justBelow(condition[id]);
    }
  }
  base.leafWeight = Float64Array.from(leaves, (id) => hessian[id]);
  return base;
}

/** Bit sets of the categorical nodes by their number. */
function readCategories(part: Part, count: number, context: TreeContext): Map<number, Uint32Array> {
  const sets = new Map<number, Uint32Array>();
  const types = part.find('split_type')?.integers(0, 1);
  if (!types?.includes(1)) return sets;
  const nodes = part.get('categories_nodes').integers(0, count - 1);
  const categories = part.get('categories').integers(0, MOST_CATEGORIES - 1);
  const starts = part.get('categories_segments').integers(0, categories.length, nodes.length);
  const sizes = part.get('categories_sizes').integers(0, categories.length, nodes.length);
  for (const [i, node] of nodes.entries()) {
    if (starts[i] + sizes[i] > categories.length) throw damaged(`${part.path}.categories`, 'is cut short');
    const set = bitset(categories.subarray(starts[i], starts[i] + sizes[i]));
    context.words += set.length;
    if (context.words > MOST_WORDS) throw damaged(`${part.path}.categories`, 'take more memory than is allowed');
    sets.set(node, set);
  }
  for (let id = 0; id < types.length; id++) {
    if (types[id] === 1 && !sets.has(id)) throw damaged(`${part.path}.categories_nodes`, `lacks node ${id}`);
    if (types[id] === 0) sets.delete(id);
  }
  return sets;
}

/** At least one word, so that an empty set is a set too. */
function bitset(values: Int32Array): Uint32Array {
  const largest = values.reduce((most, value) => Math.max(most, value), 0);
  const words = new Uint32Array((largest >> 5) + 1);
  for (const value of values) words[value >> 5] |= 1 << (value & 31);
  return words;
}
