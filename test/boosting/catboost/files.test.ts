/** CatBoost's files: what is written reads back the same, predictions are the plain ones, and damaged files are typed errors. */
import { describe, expect, it } from 'vitest';
import { isCbm, parseCbm } from '../../../src/boosting/catboost/cbm-reader.js';
import { formatCbm } from '../../../src/boosting/catboost/cbm-writer.js';
import type { CatBoostFile } from '../../../src/boosting/catboost/ensemble.js';
import { parseJsonModel } from '../../../src/boosting/catboost/json-reader.js';
import { formatJsonModel } from '../../../src/boosting/catboost/json-writer.js';
import { formatModelFile } from '../../../src/boosting/catboost/model-file.js';
import { CatBoostPredictor } from '../../../src/boosting/catboost/predictor.js';
import { InvalidInputError, ModelFormatError } from '../../../src/core/errors.js';
import { Matrix } from '../../../src/core/matrix.js';
import { Random } from '../../../src/core/random.js';
import { leafOf, rawScores } from '../../oracles/catboost-predict.js';
import { type ModelOptions, NAMES, randomModel, randomRows } from './random-models.js';

const KINDS: [string, ModelOptions][] = [
  ['symmetric', { seed: 1 }],
  ['symmetric, three outputs', { seed: 2, outputs: 3 }],
  ['branching', { seed: 3, kind: 'branching' }],
  ['branching, three outputs', { seed: 4, kind: 'branching', outputs: 3 }],
];
const X = randomRows(700, 9);

async function scoresOf(file: CatBoostFile, threads = 1): Promise<Float64Array> {
  const { trees } = file.ensemble;
  return new CatBoostPredictor(file).scores(X, [0, trees.length], { threads });
}

describe('prediction', () => {
  it.each(KINDS)('of a %s model is what one row and condition at a time gives', async (_, options) => {
    const file = randomModel(options);
    const { ensemble } = file;
    const scores = await scoresOf(file);
    const leaves = new CatBoostPredictor(file).leaves(X, [0, ensemble.trees.length]);
    for (let i = 0; i < X.rows; i++) {
      const row = X.row(i);
      const own = scores.subarray(i * ensemble.outputs, (i + 1) * ensemble.outputs);
      expect([...own]).toEqual(rawScores(ensemble, row, NAMES));
      const plain = ensemble.trees.map((tree) => leafOf(tree, ensemble, row, NAMES));
      expect([...leaves.subarray(i * plain.length, (i + 1) * plain.length)]).toEqual(plain);
    }
  });

  it('of many rows on the pool has the same bits on 1, 2 and 3 threads', async () => {
    const file = randomModel({ seed: 5, trees: 40 });
    const many = randomRows(40_000, 3);
    const predictor = new CatBoostPredictor(file);
    const [one, two, three] = await Promise.all(
      [1, 2, 3].map((threads) => predictor.scores(many, [0, 40], { threads })),
    );
    expect(two).toEqual(one);
    expect(three).toEqual(one);
    const some = new CatBoostPredictor(file);
    const few = await some.scores(many.take([39_999, 5, 20_000]), [0, 40], { threads: 1 });
    expect([...few]).toEqual([one[39_999], one[5], one[20_000]]);
  });

  it('by ranges of iterations adds up', async () => {
    const file = randomModel({ seed: 6 });
    const predictor = new CatBoostPredictor(file);
    const [all, first, rest] = await Promise.all(
      (
        [
          [0, 12],
          [0, 5],
          [5, 12],
        ] as const
      ).map((range) => predictor.scores(X, range, { threads: 1 })),
    );
    all.forEach((score, i) => {
      expect(first[i] + rest[i]).toBeCloseTo(score, 12);
    });
  });
});

describe.each([
  ['JSON', (file: CatBoostFile) => parseJsonModel(formatJsonModel(file))],
  ['cbm', (file: CatBoostFile) => parseCbm(formatCbm(file))],
] as const)('%s files', (_format, again) => {
  it.each(KINDS)('keep a %s model', async (_, options) => {
    const file = randomModel(options);
    const read = again(file);
    expect(await scoresOf(read)).toEqual(await scoresOf(file));
    expect(read.featureNames).toEqual(file.featureNames);
    expect(read.classLabels).toEqual(file.classLabels);
    expect(read.loss).toBe(file.loss);
    expect(read.categoryNames).toEqual(file.categoryNames);
    expect(read.ensemble.trees.map(({ leafWeights }) => leafWeights.length)).toEqual(
      file.ensemble.trees.map(({ leafWeights }) => leafWeights.length),
    );
    // What was read is written and read the same: nothing drifts.
    expect(again(read)).toEqual(read);
  });
});

it('fractional mean target values, which CatBoost misreads from JSON, are written as cbm only', () => {
  const file = randomModel({ seed: 1 });
  expect(() => formatModelFile(file, 'model.json')).toThrow(InvalidInputError);
  expect(isCbm(formatModelFile(file, 'model.cbm') as Uint8Array)).toBe(true);
  for (const table of file.ensemble.ctrTables) table.sums = table.sums?.map(Math.round);
  expect(formatModelFile(file, 'model.json')).toBe(formatJsonModel(file));
});

describe('damaged files', () => {
  const rejects = (parse: () => unknown) => {
    try {
      parse();
    } catch (error) {
      expect(error).toBeInstanceOf(ModelFormatError);
      return true;
    }
    return false;
  };

  it.each(KINDS)('a cbm of a %s model, cut anywhere, is a ModelFormatError', (_, options) => {
    const bytes = formatCbm(randomModel({ ...options, trees: 4 }));
    for (let end = 0; end < bytes.length; end += 83) {
      expect(rejects(() => parseCbm(bytes.slice(0, end)))).toBe(true);
    }
  });

  it.each(KINDS)('a cbm of a %s model with changed bytes is read or a ModelFormatError', async (_, options) => {
    const bytes = formatCbm(randomModel({ ...options, trees: 4 }));
    const random = new Random(7);
    for (let i = 0; i < 300; i++) {
      const changed = bytes.slice();
      for (let k = 0; k <= random.int(3); k++) changed[random.int(changed.length)] = random.int(256);
      let file: CatBoostFile | undefined;
      rejects(() => {
        file = parseCbm(changed);
      });
      // What was taken can be used.
      if (file) {
        const { features, trees } = file.ensemble;
        const row = randomRows(1, i).data;
        const wide = new Float32Array(features).map((_, j) => row[j % row.length]);
        new CatBoostPredictor(file).leaves(Matrix.wrap(wide, features), [0, trees.length]);
      }
    }
  });

  it.each(KINDS)('a JSON of a %s model with a changed value is read or a ModelFormatError', (_, options) => {
    const text = formatJsonModel(randomModel({ ...options, trees: 4 }));
    const random = new Random(8);
    const values = [null, -1, 1e9, 'x', [], {}, true, 0.5, 2 ** 31, [[]], '18446744073709551616'];
    for (let i = 0; i < 120; i++) {
      const root = JSON.parse(text);
      const [holder, key] = randomPlace(root, random);
      holder[key] = values[random.int(values.length)];
      let file: CatBoostFile | undefined;
      rejects(() => {
        file = parseJsonModel(JSON.stringify(root));
      });
      if (file) new CatBoostPredictor(file);
    }
    for (let end = 0; end < text.length; end += 997)
      expect(rejects(() => parseJsonModel(text.slice(0, end)))).toBe(true);
  });

  it('garbage of megabytes is a ModelFormatError', () => {
    const random = new Random(3);
    const garbage = Uint8Array.from({ length: 2_000_000 }, () => random.int(256));
    expect(rejects(() => parseCbm(garbage))).toBe(true);
    garbage.set([67, 66, 77, 49]);
    expect(rejects(() => parseCbm(garbage))).toBe(true);
    expect(rejects(() => parseJsonModel(new TextDecoder().decode(garbage)))).toBe(true);
    expect(rejects(() => parseJsonModel('['.repeat(1_000_000)))).toBe(true);
    expect(rejects(() => parseJsonModel('{"features_info":{},"oblivious_trees":[{"leaf_values":[]}]}'))).toBe(true);
  });

  it('a tree whose nodes meet again is a ModelFormatError', () => {
    const file = randomModel({ seed: 3, kind: 'branching', trees: 7 });
    const bytes = formatCbm(file);
    // Every step of two nodes to the same child: 1 and 1.
    const view = new DataView(bytes.buffer);
    let changed = 0;
    for (let at = 8; at + 4 <= bytes.length; at += 4) {
      if (view.getUint16(at, true) !== 1 || view.getUint16(at + 2, true) < 2 || view.getUint16(at + 2, true) > 8)
        continue;
      view.setUint16(at + 2, 1, true);
      changed++;
    }
    expect(changed).toBeGreaterThan(0);
    expect(rejects(() => parseCbm(bytes))).toBe(true);
  });

  it('a model with text features is refused by name', () => {
    const root = JSON.parse(formatJsonModel(randomModel({ seed: 1 })));
    root.features_info.text_features = [{ feature_index: 0 }];
    expect(() => parseJsonModel(JSON.stringify(root))).toThrow(/text features are not supported/);
  });
});

/** A random key of a random object or list within. */
function randomPlace(root: object, random: Random): [Record<string, unknown>, string] {
  let holder = root as Record<string, unknown>;
  for (;;) {
    const keys = Object.keys(holder);
    const key = keys[random.int(keys.length)];
    const next = holder[key];
    if (next === null || typeof next !== 'object' || Object.keys(next).length === 0 || random.int(4) === 0) {
      return [holder, key];
    }
    holder = next as Record<string, unknown>;
  }
}
