/**
 * The binary file of a forest: 8 bytes of mark, a u32 length, that many bytes of JSON (format version, outputs, features, sizes), zeros up to
 * a multiple of 8, then the arrays one after the other, little-endian, the widest first. Reading trusts nothing.
 */
import { ModelFormatError } from '../../core/errors.js';
import { emptyForest, type Forest, type ForestSize, sizeOf } from './forest.js';

const MARK = 'HFFOREST';
const VERSION = 1;
const ARRAYS = [
  'values',
  'nodeStarts',
  'leafStarts',
  'feature',
  'threshold',
  'children',
  'gain',
  'weight',
  'leafWeight',
  'leafValue',
  'missingLeft',
] as const;
/** Entries that no forest in a file has. */
const MOST = 2 ** 31 - 1;

const align = (at: number): number => Math.ceil(at / 8) * 8;
const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

export function writeForest(forest: Forest): Uint8Array {
  const { outputs, features } = forest;
  const head = new TextEncoder().encode(JSON.stringify({ version: VERSION, outputs, features, ...sizeOf(forest) }));
  const start = align(12 + head.length);
  const total = ARRAYS.reduce((sum, name) => sum + forest[name].byteLength, start);
  const out = new Uint8Array(total);
  out.set(new TextEncoder().encode(MARK));
  new DataView(out.buffer).setUint32(8, head.length, true);
  out.set(head, 12);
  let at = start;
  for (const name of ARRAYS) {
    out.set(bytesOf(forest[name]), at);
    at += forest[name].byteLength;
  }
  return out;
}

/** @throws ModelFormatError - anything that is no forest, saying what is wrong */
export function readForest(file: Uint8Array): Forest {
  if (file.length < 12 || new TextDecoder().decode(file.subarray(0, 8)) !== MARK) throw damaged('is no forest');
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const length = view.getUint32(8, true);
  if (12 + length > file.length) throw damaged('ends within its head');
  const { size, outputs, features } = readHead(file.subarray(12, 12 + length));
  let at = align(12 + length);
  const expected = at + size.values * outputs * 8 + (size.trees + 1) * 8 + size.nodes * 25 + size.leaves * 8;
  if (expected !== file.length) throw damaged(`has ${file.length} bytes, its head says ${expected}`);
  const forest = emptyForest(size, outputs, features);
  for (const name of ARRAYS) {
    const { byteLength } = forest[name];
    bytesOf(forest[name]).set(file.subarray(at, at + byteLength));
    at += byteLength;
  }
  checkForest(forest);
  return forest;
}

function readHead(bytes: Uint8Array): { size: ForestSize; outputs: number; features: number } {
  let head: Record<string, unknown>;
  try {
    head = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
  } catch (cause) {
    throw damaged('has a head that is not JSON', cause);
  }
  if (head === null || typeof head !== 'object') throw damaged('has a head that is no object');
  if (head.version !== VERSION) {
    throw new ModelFormatError(`The forest has format version ${String(head.version)}`, {
      hint: `This release reads version ${VERSION}; update holdfast, or train again.`,
    });
  }
  const count = (name: string, least: number): number => {
    const value = head[name];
    if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > MOST)
      throw damaged(`has a wrong number of ${name}`);
    return value as number;
  };
  return {
    size: {
      trees: count('trees', 1),
      nodes: count('nodes', 0),
      leaves: count('leaves', 1),
      values: count('values', 1),
    },
    outputs: count('outputs', 1),
    features: count('features', 1),
  };
}

/** Every tree is one: parents before children, each node and leaf the child of exactly one, columns and values that exist. */
function checkForest(forest: Forest): void {
  const { nodeStarts, leafStarts, feature, threshold, leafValue, missingLeft, features } = forest;
  const size = sizeOf(forest);
  const trees = size.trees;
  if (nodeStarts[0] !== 0 || leafStarts[0] !== 0) throw damaged('has a first tree that does not come first');
  if (nodeStarts[trees] !== size.nodes || leafStarts[trees] !== size.leaves) throw damaged('has trees of wrong sizes');
  for (let t = 0; t < trees; t++) {
    const nodes = nodeStarts[t + 1] - nodeStarts[t];
    if (nodes < 0 || leafStarts[t + 1] - leafStarts[t] !== nodes + 1) throw damaged(`has a wrong size of tree ${t}`);
    checkTree(forest, t, nodes);
  }
  for (let i = 0; i < size.nodes; i++) {
    if (!(feature[i] >= 0 && feature[i] < features)) throw damaged(`splits on column ${feature[i]} of ${features}`);
    if (!Number.isFinite(threshold[i]) || missingLeft[i] > 1) throw damaged(`has a split that is none at node ${i}`);
  }
  for (let i = 0; i < size.leaves; i++) {
    if (!(leafValue[i] >= 0 && leafValue[i] < size.values)) throw damaged(`has no value ${leafValue[i]}`);
  }
  for (const name of ['gain', 'weight', 'leafWeight'] as const) {
    if (!forest[name].every((value) => value >= 0)) throw damaged(`holds a ${name} that is none`);
  }
  checkValues(forest);
}

/** Finite; several are the shares of classes, the first of them of one class each. */
function checkValues({ values, outputs }: Forest): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) throw damaged('holds a value that is no finite number');
  }
  if (outputs === 1) return;
  if (values.length < outputs * outputs) throw damaged('lacks the shares of some class');
  for (let i = 0; i < values.length; i += outputs) {
    let sum = 0;
    for (let o = 0; o < outputs; o++) {
      const share = values[i + o];
      if (!(share >= 0) || (i < outputs * outputs && share !== (i === o * outputs ? 1 : 0)))
        throw damaged('holds shares that are none');
      sum += share;
    }
    if (Math.abs(sum - 1) > 1e-9) throw damaged('holds shares that do not add up to 1');
  }
}

function checkTree({ nodeStarts, children }: Forest, tree: number, nodes: number): void {
  const seen = new Uint8Array(2 * nodes + 1);
  for (let i = 0; i < nodes; i++) {
    for (const child of [children[2 * (nodeStarts[tree] + i)], children[2 * (nodeStarts[tree] + i) + 1]]) {
      const place = child >= 0 ? child : nodes + ~child;
      if (child >= 0 ? child <= i || child >= nodes : ~child > nodes) throw damaged(`has a broken tree ${tree}`);
      if (seen[place]++) throw damaged(`has a node with two parents in tree ${tree}`);
    }
  }
}

function damaged(problem: string, cause?: unknown): ModelFormatError {
  return new ModelFormatError(`The file of a random forest ${problem}`, {
    hint: 'The file is damaged or was edited; restore it from a backup or train again.',
    cause,
  });
}
