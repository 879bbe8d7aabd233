/** Files of LightGBM, XGBoost and CatBoost, damaged in every way: a ModelFormatError, never a crash, a hang or another prediction. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isCbm, parseCbm } from '../../src/boosting/catboost/cbm-reader.js';
import { parseJsonModel } from '../../src/boosting/catboost/json-reader.js';
import { formatModelFile } from '../../src/boosting/catboost/model-file.js';
import { CatBoostPredictor } from '../../src/boosting/catboost/predictor.js';
import { parseModel } from '../../src/boosting/lightgbm/format-reader.js';
import { LightGBMModel } from '../../src/boosting/lightgbm/model.js';
import { readModel } from '../../src/boosting/xgboost/format-reader.js';
import { XGBoostModel } from '../../src/boosting/xgboost/model.js';
import { predictScores } from '../../src/boosting/xgboost/predict.js';
import { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';
import { predictRows } from '../../src/trees/predictor.js';
import { randomModel } from './catboost/random-models.js';
import { changeAnything, cutAnywhere, type FileFormat, refuseDamage, refuseGarbage } from './fuzz.js';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-fuzz-'));
afterAll(() => rmSync(directory, { recursive: true }));

const random = new Random(1);
const X = Array.from({ length: 300 }, () => [
  random.normal(),
  random.int(6),
  random.normal(),
  random.int(4),
  random.int(4),
]);
const y = X.map(([a, b, c]) => (a + (b % 3) > 1 ? 2 : c > 0 ? 1 : 0));
const categoricalFeatures = [1, 3];

/** The rows that are scored; a file may be of any number of columns. */
function rowsFor(columns: number): Matrix {
  const rows = Matrix.zeros(5, columns);
  const values = new Random(2);
  for (let i = 0; i < rows.data.length; i++) rows.data[i] = i % 7 === 0 ? Number.NaN : 3 * values.normal();
  return rows;
}
/** More columns than a file of this size can name are no test. */
const scored = (columns: number) => rowsFor(Math.min(columns, 1 << 16));

async function scoreXGBoost(bytes: Uint8Array): Promise<Float64Array> {
  const file = readModel(bytes);
  return predictScores(file, scored(file.ensemble.features), { threads: 1 });
}

function scoreCatBoost(bytes: Uint8Array): Promise<Float64Array> {
  const file = isCbm(bytes) ? parseCbm(bytes) : parseJsonModel(new TextDecoder().decode(bytes));
  const { trees, features } = file.ensemble;
  return new CatBoostPredictor(file).scores(scored(features), [0, trees.length], { threads: 1 });
}

/** The first number of a line or list that `name` begins. */
const first = (name: RegExp, value: string | number) => (text: string) =>
  text.replace(new RegExp(`(${name.source})-?\\d+`), `$1${value}`);

const FORMATS: Record<string, () => Promise<FileFormat>> = {
  async 'LightGBM text'() {
    const model = new LightGBMModel({ numIterations: 4, categoricalFeatures, minDataPerGroup: 5, minDataInLeaf: 5 });
    await model.fit({ X, y });
    const file = join(directory, 'model.txt');
    await model.exportNative(file);
    return {
      bytes: readFileSync(file),
      async score(bytes) {
        const { ensemble } = parseModel(new TextDecoder().decode(bytes));
        return predictRows(ensemble, scored(ensemble.features));
      },
      damage: {
        'a newer version': first(/version=v/, 9),
        'a node as its own child': first(/\nleft_child=/, 0),
        'a child beyond the last': first(/\nright_child=/, 999),
        'a leaf beyond the last': first(/\nright_child=/, -999),
        'a column beyond the last': first(/\nsplit_feature=/, 77),
        'a huge number of leaves': first(/\nnum_leaves=/, 2_000_000_000),
        'a huge number of columns': first(/\nmax_feature_idx=/, 2_000_000_000),
      },
    };
  },
  async 'XGBoost JSON'() {
    return {
      bytes: readFileSync(await xgboostFile('model.json')),
      score: scoreXGBoost,
      damage: {
        'a newer version': first(/"version":\[/, 9),
        'a node as its own child': first(/"left_children":\[/, 0),
        'a child beyond the last': first(/"right_children":\[/, 999),
        'a child below none': first(/"right_children":\[/, -999),
        'a column beyond the last': first(/"split_indices":\[/, 77),
        'a huge number of columns': first(/"learner_model_param":\{[^}]*"num_feature":"/, 2_000_000_000),
        'a huge number of classes': first(/"learner_model_param":\{[^}]*"num_class":"/, 2_000_000_000),
        'another number of trees': first(/"num_trees":"/, 7),
      },
    };
  },
  async 'XGBoost UBJSON'() {
    return {
      bytes: readFileSync(await xgboostFile('model.ubj')),
      score: scoreXGBoost,
      damage: {
        'a newer version': (text) => text.replace('i\x03i\x02i\0', 'i\x7fi\x02i\0'),
        // A typed list of 4-byte numbers: its first one.
        'a node as its own child': (text) => text.replace(/(left_children\[\$l#L.{8}).{4}/s, '$1\0\0\0\0'),
        'a child beyond the last': (text) => text.replace(/(right_children\[\$l#L.{8}).{4}/s, '$1\0\0\x7f\x7f'),
        'a list longer than the file': (text) => text.replace(/(left_children\[\$l#L).{8}/s, '$1\0\0\x7f\0\0\0\0\0'),
      },
    };
  },
  async 'CatBoost JSON'() {
    const content = randomModel({ seed: 2 });
    for (const table of content.ensemble.ctrTables) table.sums = table.sums?.map(Math.round);
    return {
      bytes: new TextEncoder().encode(formatModelFile(content, 'model.json') as string),
      score: scoreCatBoost,
      damage: {
        'a condition beyond the last': first(/"split_index":/, 9999),
        'a condition below the first': first(/"split_index":/, -1),
        'a column beyond the last': first(/"flat_feature_index":/, 77),
        'a huge column': first(/"flat_feature_index":/, 2_000_000_000),
        'leaves that are too few': (text) => text.replace(/"leaf_values":\[[^,\]]*,/, '"leaf_values":['),
      },
    };
  },
  async 'CatBoost JSON of branching trees'() {
    const content = randomModel({ seed: 4, kind: 'branching', outputs: 3 });
    for (const table of content.ensemble.ctrTables) table.sums = table.sums?.map(Math.round);
    return {
      bytes: new TextEncoder().encode(formatModelFile(content, 'model.json') as string),
      score: scoreCatBoost,
      damage: { 'a condition beyond the last': first(/"split_index":/, 9999) },
    };
  },
  async 'CatBoost cbm'() {
    return {
      bytes: formatModelFile(randomModel({ seed: 2 }), 'model.cbm') as Uint8Array,
      score: scoreCatBoost,
      damage: {
        'a newer version': (text) => text.replace(/FlabuffersModel_v1/g, 'FlabuffersModel_v9'),
        'another format': (text) => `CBM2${text.slice(4)}`,
        'a length beyond the end': (text) => `${text.slice(0, 4)}\xff\xff\xff\x7f${text.slice(8)}`,
        'a table beyond the end': (text) => `${text.slice(0, 8)}\xff\xff\xff\x7f${text.slice(12)}`,
      },
    };
  },
  async 'CatBoost cbm of branching trees'() {
    return {
      bytes: formatModelFile(randomModel({ seed: 4, kind: 'branching', outputs: 3 }), 'model.cbm') as Uint8Array,
      score: scoreCatBoost,
      damage: { 'a table that begins at itself': (text) => `${text.slice(0, 8)}\0\0\0\0${text.slice(12)}` },
    };
  },
};

async function xgboostFile(name: string): Promise<string> {
  const model = new XGBoostModel({ numIterations: 4, categoricalFeatures, maxCatToOnehot: 2 });
  await model.fit({ X, y });
  const file = join(directory, name);
  await model.exportNative(file);
  return file;
}

/** A hang is a failure: nothing here takes a second on its own. */
const LIMIT = 60_000;

describe.each(Object.entries(FORMATS))('%s', (name, make) => {
  let format: FileFormat;
  beforeAll(async () => {
    format = await make();
    expect(format.bytes.length).toBeGreaterThan(500);
  }, LIMIT);

  it('cut anywhere is refused, unless nothing was lost', () => cutAnywhere(format, 200), LIMIT);

  it(
    'changed anywhere is refused, or read to the end',
    async () => {
      expect(await changeAnything(format, 400, name.length)).toBeGreaterThan(100);
    },
    LIMIT,
  );

  it('ten megabytes of garbage are refused', () => refuseGarbage(format), LIMIT);

  it(
    'newer versions, cycles and indices out of range are refused',
    async () => {
      for (const kind of Object.keys(format.damage)) await refuseDamage(format, kind);
    },
    LIMIT,
  );
});
