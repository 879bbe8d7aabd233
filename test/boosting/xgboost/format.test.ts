/** XGBoost files: both encodings hold the same model, and damaged ones are refused by name. */
import { describe, expect, it } from 'vitest';
import type { DocumentValue } from '../../../src/boosting/xgboost/document.js';
import type { XGBoostFile } from '../../../src/boosting/xgboost/format.js';
import { readModel } from '../../../src/boosting/xgboost/format-reader.js';
import { modelDocument, writeJson, writeUbjson } from '../../../src/boosting/xgboost/format-writer.js';
import { formatFloat, formatJson } from '../../../src/boosting/xgboost/json.js';
import { sortLeaves } from '../../../src/boosting/xgboost/nodes.js';
import { formatUbjson } from '../../../src/boosting/xgboost/ubjson-writer.js';
import { ModelFormatError } from '../../../src/core/errors.js';
import { justAbove, justBelow } from '../../../src/core/float32.js';
import { Random } from '../../../src/core/random.js';
import { emptyTree, type Tree } from '../../../src/trees/tree.js';

/** A tree of three leaves; its second node tests for categories. */
function exampleTree(shift: number): Tree {
  const tree = emptyTree(3);
  tree.splitFeature.set([0, 1]);
  tree.threshold[0] = justBelow(Math.fround(0.1 + shift));
  tree.hasMissing.fill(1);
  tree.missingLeft.set([1, 0]);
  tree.left.set([1, ~2]);
  tree.right.set([~0, ~1]);
  tree.leafValue.set([0.5 + shift, -1e-7, 3e8].map(Math.fround));
  tree.categories = [undefined, Uint32Array.of(0b1010, 1)];
  return sortLeaves(tree);
}

const example: XGBoostFile = {
  booster: 'gbtree',
  ensemble: { trees: [0, 1, 2, 3].map(exampleTree), outputs: 2, features: 2, float32Start: [0.5, 0.25] },
  parallelTrees: 2,
  multiOutput: false,
  objective: { name: 'multi:softprob', params: { softmax_multiclass_param: { num_class: '2' } } },
  baseScore: Float32Array.of(0.5, 0.25),
  numClass: 2,
  numTarget: 1,
  featureNames: ['größe', 'kind "x"'],
  featureTypes: ['float', 'c'],
  attributes: { best_iteration: '1' },
};

const bytesOf = (text: string) => new TextEncoder().encode(text);

describe('both encodings', () => {
  it.each([
    ['JSON', (file: XGBoostFile) => bytesOf(writeJson(file))],
    ['UBJSON', writeUbjson],
  ])('%s gives back every field', (_, write) => {
    const back = readModel(write(example));
    expect(back).toMatchObject({ ...example, ensemble: { outputs: 2, features: 2, float32Start: [0.5, 0.25] } });
    for (const [i, tree] of back.ensemble.trees.entries()) {
      const { leafRows: _, internalCount: __, ...stored } = example.ensemble.trees[i];
      expect(tree).toMatchObject(stored);
    }
  });

  it('floats read back to the same float32 and are floats to XGBoost', () => {
    const random = new Random(1);
    const float = new Float32Array(1);
    const bits = new Uint32Array(float.buffer);
    for (let i = 0; i < 2000; i++) {
      bits[0] = random.uint32();
      if (!Number.isFinite(float[0])) continue;
      const text = formatFloat(float[0]);
      expect(Math.fround(Number(text))).toBe(float[0]);
      expect(text).toContain('E');
    }
  });

  it('a condition survives the way to a threshold and back', () => {
    for (const x of [0, 1, -1, 1e-45, -1e-45, 3.4028234663852886e38, 1.5, -7e-39].map(Math.fround)) {
      expect(justBelow(x)).toBeLessThan(x);
      expect(justAbove(justBelow(x)) === x).toBe(true);
    }
  });

  it('NaN and Infinity of XGBoost JSON are read where they may stand', () => {
    const text = writeJson(example).replace(/"loss_changes":\[[^,]*,/, '"loss_changes":[NaN,');
    expect(readModel(bytesOf(text)).ensemble.trees[0].gain[0]).toBeNaN();
  });
});

/** The document with `value` at `path`. */
function altered(path: readonly (string | number)[], value: DocumentValue | undefined): Uint8Array {
  const document = JSON.parse(formatJson(modelDocument(example))) as Record<string, unknown>;
  let at: Record<string | number, unknown> = document;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
  at[path[path.length - 1]] = value;
  return bytesOf(JSON.stringify(document));
}

const MODEL = ['learner', 'gradient_booster', 'model'] as const;
const TREE = [...MODEL, 'trees', 0] as const;

describe('damaged files are a ModelFormatError', () => {
  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array(0)],
    ['an empty object', bytesOf('{}')],
    ['a list', bytesOf('[1, 2]')],
    ['the old binary format', bytesOf('binf\0\0\0')],
    ['deep nesting', bytesOf('{"learner":'.repeat(5000))],
    ['deep nesting in UBJSON', bytesOf('['.repeat(100_000))],
    ['a newer version', altered(['version'], [4, 0, 0])],
    ['no learner', altered(['learner'], undefined)],
    ['an unknown objective', altered(['learner', 'objective', 'name'], 'reg:unheard')],
    ['an unknown booster', altered(['learner', 'gradient_booster', 'name'], 'gbforest')],
    ['a base score that is none', altered(['learner', 'learner_model_param', 'base_score'], 'x')],
    ['base scores for other outputs', altered(['learner', 'learner_model_param', 'base_score'], '[1E0,2E0,3E0]')],
    ['a huge number of features', altered(['learner', 'learner_model_param', 'num_feature'], '999999999999')],
    ['names for other features', altered(['learner', 'feature_names'], ['a'])],
    ['another number of trees', altered([...MODEL, 'gbtree_model_param', 'num_trees'], '7')],
    ['trees of no output', altered([...MODEL, 'tree_info'], [0, 0, 1, 2])],
    ['uneven iterations', altered([...MODEL, 'tree_info'], [0, 0, 0, 1])],
    ['iterations that descend', altered([...MODEL, 'iteration_indptr'], [0, 5, 4])],
    ['a cycle', altered([...TREE, 'left_children'], [1, 0, -1, -1, -1])],
    ['a node of two parents', altered([...TREE, 'left_children'], [1, 2, -1, -1, -1])],
    ['a child beyond the end', altered([...TREE, 'right_children'], [2, 9, -1, -1, -1])],
    ['a split without a right child', altered([...TREE, 'right_children'], [2, -1, -1, -1, -1])],
    ['a feature beyond the end', altered([...TREE, 'split_indices'], [0, 2, 0, 0, 0])],
    ['a missing array', altered([...TREE, 'split_conditions'], undefined)],
    ['an array cut short', altered([...TREE, 'default_left'], [1])],
    ['a leaf that is no number', altered([...TREE, 'split_conditions'], [0.5, 0.5, 'NaN', 0.5, 0.5])],
    ['a huge category', altered([...TREE, 'categories'], [2 ** 30, 1, 2])],
    ['a category set beyond the end', altered([...TREE, 'categories_sizes'], [400])],
    ['a typed list of more than the file', bytesOf('{L\0\0\0\0\0\0\0\x01a[$d#L\x00\x00\x00\x7f\x00\x00\x00\x00')],
  ])('%s', (_, bytes) => {
    expect(() => readModel(bytes)).toThrow(ModelFormatError);
  });

  it('every prefix of a file is refused', () => {
    for (const bytes of [bytesOf(writeJson(example)), writeUbjson(example)]) {
      for (let end = 0; end < bytes.length; end += 23) {
        expect(() => readModel(bytes.slice(0, end)), String(end)).toThrow(ModelFormatError);
      }
    }
  });

  it('random damage is refused or read, never another error', () => {
    const random = new Random(7);
    for (const bytes of [bytesOf(writeJson(example)), writeUbjson(example)]) {
      for (let i = 0; i < 1500; i++) {
        const copy = bytes.slice();
        for (let n = 1 + random.int(4); n > 0; n--) copy[random.int(copy.length)] = random.int(256);
        try {
          readModel(copy);
        } catch (error) {
          expect(error).toBeInstanceOf(ModelFormatError);
        }
      }
    }
  });

  it('garbage is refused', () => {
    const random = new Random(8);
    const garbage = Uint8Array.from({ length: 1 << 20 }, () => random.int(256));
    for (const start of ['', '{', '[', '{L', '{"']) {
      garbage.set(bytesOf(start));
      expect(() => readModel(garbage)).toThrow(ModelFormatError);
    }
    expect(() => readModel(formatUbjson([1, 2, 3]))).toThrow(ModelFormatError);
  });
});
