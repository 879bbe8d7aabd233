/** One `Tree=` block of LightGBM's text: read, then checked to be a tree, every node and leaf reached exactly once. */
import { ModelFormatError } from '../../core/errors.js';
import type { Tree } from '../../trees/tree.js';
import { CATEGORICAL_BIT, DEFAULT_LEFT_BIT, damaged, MISSING, MISSING_SHIFT } from './format.js';
import { keyValues, readInteger, readIntegers, readNumbers, readWords, required } from './text-values.js';

const MAX_LEAVES = 1 << 24;

/**
 * Parses a block. Features whose zeros or NaNs count as missing in a split are marked in `zeroMissing` and `nanMissing`.
 */
export function parseTree(
  block: string,
  index: number,
  features: number,
  zeroMissing: Uint8Array,
  nanMissing: Uint8Array,
): { tree: Tree; scale: number } {
  const part = `tree ${index}`;
  const { values } = keyValues(block, part);
  if (values.get('Tree') !== String(index)) throw damaged(part, `is headed 'Tree=${values.get('Tree')}'`);
  if (readInteger(values.get('is_linear') ?? '0', `${part}, is_linear`) !== 0) {
    throw new ModelFormatError(`LightGBM model file, ${part}: linear trees are not supported`, {
      hint: 'Train with linear_tree=false.',
      details: { part: 'is_linear', tree: index },
    });
  }
  const leafCount = readInteger(required(values, 'num_leaves', part), `${part}, num_leaves`);
  if (leafCount < 1 || leafCount > MAX_LEAVES) throw damaged(part, `num_leaves is ${leafCount}`);
  const nodes = leafCount - 1;
  const ints = (key: string, min: number, max: number) =>
    readIntegers(required(values, key, part), nodes, `${part}, ${key}`, min, max);
  const optional = (key: string, count: number) => {
    // A tree that is one leaf has its weight and count left out.
    const text = values.get(key) ?? '';
    return text.trim() === '' ? new Float64Array(count) : readNumbers(text, count, `${part}, ${key}`, 'any');
  };
  const tree: Tree = {
    leafCount,
    splitFeature: ints('split_feature', 0, features - 1),
    threshold: readNumbers(required(values, 'threshold', part), nodes, `${part}, threshold`, 'infinite'),
    missingLeft: new Uint8Array(nodes),
    hasMissing: new Uint8Array(nodes),
    left: ints('left_child', -leafCount, nodes - 1),
    right: ints('right_child', -leafCount, nodes - 1),
    gain: optional('split_gain', nodes),
    internalValue: optional('internal_value', nodes),
    internalWeight: optional('internal_weight', nodes),
    internalCount: optional('internal_count', nodes),
    leafValue: readNumbers(required(values, 'leaf_value', part), leafCount, `${part}, leaf_value`, 'finite'),
    leafWeight: optional('leaf_weight', leafCount),
    leafRows: optional('leaf_count', leafCount),
  };
  const decisions = ints('decision_type', 0, 15);
  const bitsets = readBitsets(values, part);
  decisions.forEach((decision, node) => {
    decide(tree, node, decision, bitsets, part, zeroMissing, nanMissing);
  });
  checkShape(tree, part);
  const scale = values.get('shrinkage') ?? '1';
  return { tree, scale: readNumbers(scale, 1, `${part}, shrinkage`, 'finite')[0] };
}

function readBitsets(values: Map<string, string>, part: string): Uint32Array[] {
  const count = readInteger(values.get('num_cat') ?? '0', `${part}, num_cat`);
  if (count === 0) return [];
  if (count < 0 || count > MAX_LEAVES) throw damaged(part, `num_cat is ${count}`);
  const at = `${part}, cat_boundaries`;
  const bounds = readIntegers(required(values, 'cat_boundaries', part), count + 1, at, 0, 2 ** 31 - 1);
  if (bounds[0] !== 0 || bounds.some((bound, i) => i > 0 && bound <= bounds[i - 1])) {
    throw damaged(at, 'do not ascend from 0');
  }
  const words = readWords(required(values, 'cat_threshold', part), bounds[count], `${part}, cat_threshold`);
  return Array.from({ length: count }, (_, i) => words.slice(bounds[i], bounds[i + 1]));
}

function decide(
  tree: Tree,
  node: number,
  decision: number,
  bitsets: Uint32Array[],
  part: string,
  zeroMissing: Uint8Array,
  nanMissing: Uint8Array,
): void {
  const feature = tree.splitFeature[node];
  if (decision & CATEGORICAL_BIT) {
    const bitset = bitsets[tree.threshold[node]];
    if (!bitset) throw damaged(`${part}, threshold`, `${tree.threshold[node]} is no category set`, { node });
    tree.categories ??= new Array<Uint32Array | undefined>(tree.leafCount - 1).fill(undefined);
    tree.categories[node] = bitset;
    // Missing and unseen categories go right, whatever the other bits say.
    tree.hasMissing[node] = 1;
    return;
  }
  const missing = decision >> MISSING_SHIFT;
  if (missing > MISSING.nan)
    throw damaged(`${part}, decision_type`, `${decision} has an unknown missing type`, { node });
  if (missing === MISSING.none) return;
  tree.hasMissing[node] = 1;
  tree.missingLeft[node] = decision & DEFAULT_LEFT_BIT ? 1 : 0;
  (missing === MISSING.zero ? zeroMissing : nanMissing)[feature] = 1;
}

/** Throws unless the children make one tree: each node but the root, and each leaf, has one parent, and the root reaches all. */
function checkShape(tree: Tree, part: string): void {
  const nodes = tree.leafCount - 1;
  if (nodes === 0) return;
  const nodeSeen = new Uint8Array(nodes);
  const leafSeen = new Uint8Array(tree.leafCount);
  const stack = [0];
  let visited = 0;
  while (stack.length > 0) {
    const child = stack.pop() as number;
    const seen = child < 0 ? leafSeen : nodeSeen;
    const at = child < 0 ? ~child : child;
    if (seen[at] === 1) {
      throw damaged(part, `${child < 0 ? 'leaf' : 'node'} ${at} is reached twice: the nodes make no tree`, {
        node: at,
      });
    }
    seen[at] = 1;
    visited++;
    if (child >= 0) stack.push(tree.left[child], tree.right[child]);
  }
  if (visited !== nodes + tree.leafCount) throw damaged(part, 'some nodes or leaves cannot be reached from the root');
}
