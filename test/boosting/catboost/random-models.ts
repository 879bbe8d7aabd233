/** Random CatBoost models of every kind: what files and predictors are tried on. */
import { categoryHash, combinationHash } from '../../../src/boosting/catboost/category-hash.js';
import {
  type CatBoostEnsemble,
  type CatBoostFile,
  type CatBoostTree,
  type Condition,
  CTR_TYPES,
  type CtrTable,
} from '../../../src/boosting/catboost/ensemble.js';
import { Matrix } from '../../../src/core/matrix.js';
import { Random } from '../../../src/core/random.js';

export const NAMES = new Map([[4, ['red', 'green', 'blue', 'a name of more than thirty-two bytes, for once']]]);
/** Columns 0 and 2 are numbers; 1, 3 and 4 categories; 4 has names. */
const FLOATS = [0, 2];
const CATEGORIES = [1, 3, 4];

export interface ModelOptions {
  seed: number;
  kind?: 'symmetric' | 'branching';
  outputs?: number;
  trees?: number;
}

export function randomModel({ seed, kind = 'symmetric', outputs = 1, trees = 12 }: ModelOptions): CatBoostFile {
  const random = new Random(seed);
  const float = () => Math.fround(random.normal());
  const hash = (feature: number) => {
    const code = random.int(4);
    return categoryHash(CATEGORIES[feature] === 4 ? (NAMES.get(4)?.[code] ?? '') : String(code));
  };
  const ctrTables: CtrTable[] = CTR_TYPES.map((type, i) => {
    const projection = {
      categories: i % 2 === 0 ? [i % 3] : [0, 2],
      floatConditions: i % 3 === 1 ? [{ feature: 1, border: float() }] : [],
      oneHotConditions: i % 3 === 2 ? [{ feature: 1, value: hash(1) }] : [],
    };
    const conditions = projection.floatConditions.length + projection.oneHotConditions.length;
    const seen = new Set<bigint>();
    while (seen.size < 5) {
      const parts = projection.categories.map(hash);
      seen.add(combinationHash([...parts, ...Array.from({ length: conditions }, () => random.int(2))]));
      if (random.int(40) === 0) break;
    }
    const hashes = BigUint64Array.from(seen);
    const classes = type === 'Borders' || type === 'Buckets' ? 2 + (seed % 2) : 1;
    const mean = type === 'BinarizedTargetMeanValue' || type === 'FloatTargetMeanValue';
    return {
      type,
      projection,
      classifier: 0,
      hashes,
      counts: Int32Array.from({ length: hashes.length * classes }, () => random.int(30)),
      classes,
      ...(mean ? { sums: Float32Array.from(hashes, () => 30 * random.float()) } : {}),
      denominator: type === 'Counter' || type === 'FeatureFreq' ? 30 : 0,
    };
  });
  const ctrs = Array.from({ length: 9 }, (_, i) => ({
    table: i % ctrTables.length,
    targetBorder: random.int(Math.max(1, ctrTables[i % ctrTables.length].classes - 1)),
    priorNumerator: i < 6 ? 0.5 : 1,
    priorDenominator: 1,
    shift: 0,
    scale: 15,
  }));
  const condition = (): Condition => {
    const which = random.int(3);
    if (which === 0) return { kind: 'float', feature: random.int(FLOATS.length), border: float() };
    const feature = random.int(which === 1 ? CATEGORIES.length : ctrs.length);
    return which === 1
      ? { kind: 'one-hot', feature, value: hash(feature) }
      : { kind: 'ctr', feature, border: Math.fround(15 * random.float()) };
  };
  const ensemble: CatBoostEnsemble = {
    features: 5,
    outputs,
    scale: seed % 2 === 0 ? 1 : 0.5,
    bias: Float64Array.from({ length: outputs }, () => random.normal()),
    floatFeatures: FLOATS.map((column, i) => ({ column, hasNans: true, nan: i === 0 ? 'AsTrue' : 'AsFalse' })),
    categoricalFeatures: CATEGORIES.map((column) => ({ column })),
    ctrs,
    ctrTables,
    trees: Array.from({ length: trees }, (_, t) => randomTree(random, kind, t % 7, outputs, condition)),
  };
  // A file numbers the conditions of what trees use; a statistic that none does would still be written.
  return {
    ensemble,
    featureNames: ['number', 'first', 'other number', 'säule', 'named'],
    loss: outputs > 1 ? 'MultiClass' : 'Logloss',
    classLabels: outputs > 1 ? Array.from({ length: outputs }, (_, k) => 10 - k) : [-1, 1],
    categoryNames: NAMES,
  };
}

function randomTree(
  random: Random,
  kind: 'symmetric' | 'branching',
  size: number,
  outputs: number,
  condition: () => Condition,
): CatBoostTree {
  const leaves = kind === 'symmetric' ? 2 ** size : size + 1;
  const common = {
    conditions: Array.from({ length: size }, condition),
    leafValues: Float64Array.from({ length: leaves * outputs }, () => random.normal()),
    leafWeights: Float64Array.from({ length: leaves }, () => random.int(100)),
  };
  if (kind === 'symmetric') return { kind, ...common };
  // Nodes split random leaves, one after another; the last leaf added is the new right one.
  const left = new Int32Array(size);
  const right = new Int32Array(size);
  const holders: { side: Int32Array; at: number }[] = [];
  for (let node = 0; node < size; node++) {
    if (node > 0) {
      const [holder] = holders.splice(random.int(holders.length), 1);
      holder.side[holder.at] = node;
    }
    holders.push({ side: left, at: node }, { side: right, at: node });
  }
  for (const [leaf, { side, at }] of holders.entries()) side[at] = ~leaf;
  return { kind, ...common, left, right };
}

/** Rows with missing numbers, unknown, missing and nameless categories. */
export function randomRows(rows: number, seed: number): Matrix {
  const random = new Random(seed);
  const X = Matrix.zeros(rows, 5);
  for (let i = 0; i < rows; i++) {
    const category = () => (random.int(12) === 0 ? [Number.NaN, -1, 0.5, 77][random.int(4)] : random.int(4));
    const number = () => (random.int(10) === 0 ? Number.NaN : random.normal());
    X.row(i).set([number(), category(), number(), category(), category()]);
  }
  return X;
}
