/** Files of every kind of model that is trained here: damaged ones are refused or predict, and never crash, hang or throw anything else. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readModel } from '../../../src/boosting/xgboost/format-reader.js';
import { type XGBoostConfig, XGBoostModel } from '../../../src/boosting/xgboost/model.js';
import { predictScores } from '../../../src/boosting/xgboost/predict.js';
import { InvalidInputError, ModelFormatError } from '../../../src/core/errors.js';
import { Matrix } from '../../../src/core/matrix.js';
import { Random } from '../../../src/core/random.js';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-xgboost-damage-'));
afterAll(() => rmSync(directory, { recursive: true }));

const random = new Random(3);
const X = Matrix.from(Array.from({ length: 200 }, () => [random.normal(), random.int(6), random.normal()]));
const value = Float64Array.from({ length: 200 }, (_, i) => X.row(i)[0] + (X.row(i)[1] % 3) + 9);
const classes = value.map((v) => (v > 10.5 ? 2 : v > 9.5 ? 1 : 0));

const KINDS: [string, XGBoostConfig, Float64Array][] = [
  ['dart', { booster: 'dart', rateDrop: 0.4, oneDrop: true, objective: 'reg:gamma' }, value],
  ['linear', { booster: 'gblinear' }, classes],
  ['exact', { treeMethod: 'exact', objective: 'reg:squarederror' }, value],
  ['categories', { categoricalFeatures: [1], maxCatToOnehot: 1, objective: 'reg:squarederror' }, value],
  ['vector leaves', { multiStrategy: 'multi_output_tree' }, classes],
  ['forest', { numParallelTree: 3, subsample: 0.5, objective: 'reg:quantileerror', quantileAlpha: [0.2, 0.8] }, value],
];

async function filesOf(kind: string, config: XGBoostConfig, y: Float64Array): Promise<[string, Buffer][]> {
  const model = new XGBoostModel({ numIterations: 3, maxDepth: 3, ...config });
  await model.fit({ X, y });
  const files: [string, Buffer][] = [];
  for (const ending of ['json', 'ubj']) {
    const file = join(directory, `${kind}.${ending}`);
    await model.exportNative(file);
    files.push([ending, readFileSync(file)]);
  }
  return files;
}

/** Whether the bytes were read; what was, must predict. */
async function survives(bytes: Uint8Array): Promise<boolean> {
  let file: ReturnType<typeof readModel>;
  try {
    file = readModel(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(ModelFormatError);
    return false;
  }
  if (file.ensemble.features !== X.cols) return true;
  expect(await predictScores(file, X, { threads: 1 })).toHaveLength(X.rows * file.ensemble.outputs);
  return true;
}

describe.each(KINDS)('%s', (kind, config, y) => {
  it('cut short, it is refused', async () => {
    for (const [, bytes] of await filesOf(kind, config, y)) {
      for (let part = 0; part < 20; part++) {
        expect(await survives(bytes.subarray(0, Math.floor((bytes.length * part) / 20)))).toBe(false);
      }
    }
  });

  it('with bytes changed, it is refused or predicts', async () => {
    const draw = new Random(11);
    for (const [, bytes] of await filesOf(kind, config, y)) {
      for (let n = 0; n < 60; n++) {
        const changed = Uint8Array.from(bytes);
        for (let k = 0; k <= n % 4; k++) changed[draw.int(changed.length)] = draw.int(256);
        await survives(changed);
      }
    }
  });
});

describe('columns', () => {
  it('ten megabytes of garbage are refused', async () => {
    const draw = new Random(5);
    const garbage = Uint8Array.from({ length: 10_000_000 }, () => draw.int(256));
    for (const start of ['', '{', '{L']) {
      const file = join(directory, 'garbage.ubj');
      writeFileSync(file, Buffer.concat([Buffer.from(start), garbage]));
      await expect(XGBoostModel.importNative(file)).rejects.toThrow(ModelFormatError);
    }
  });

  it('codes too large to be told apart are refused, unseen ones go where missing ones go', async () => {
    const model = new XGBoostModel({ categoricalFeatures: [1], objective: 'reg:squarederror', numIterations: 4 });
    await model.fit({ X, y: value });
    const rows = Array.from({ length: 50 }, (_, i) => Array.from(X.row(i)));
    const seen = await model.predictScores(rows.map(([a, , c]) => [a, Number.NaN, c]));
    expect(await model.predictScores(rows.map(([a, , c]) => [a, 77, c]))).toEqual(seen);
    const large = Array.from({ length: 200 }, (_, i) => [X.row(i)[0], 2 ** 24 + i, 0]);
    await expect(model.fit({ X: large, y: value })).rejects.toThrow(InvalidInputError);
  });

  it('other columns than in training are refused, whatever the kind', async () => {
    for (const [, config, y] of KINDS.slice(0, 3)) {
      const model = new XGBoostModel({ numIterations: 2, ...config });
      await model.fit({ X, y });
      await expect(model.predict([[1, 2]])).rejects.toThrow(InvalidInputError);
      const more = new XGBoostModel({ numIterations: 2, ...config });
      const narrow = Matrix.from(Array.from({ length: 200 }, (_, i) => [X.row(i)[0], 1]));
      await expect(more.fit({ X: narrow, y }, { initModel: model })).rejects.toThrow(InvalidInputError);
    }
  });
});
