/** Rows that a model has seen are refused for its calibration, of whatever kind the model is and whatever it used them for. */
import { describe, expect, it } from 'vitest';
import { CatBoostModel } from '../../src/boosting/catboost/model.js';
import { LightGBMModel } from '../../src/boosting/lightgbm/model.js';
import { XGBoostModel } from '../../src/boosting/xgboost/model.js';
import { registerBuiltins } from '../../src/builtin.js';
import { CalibratedModel } from '../../src/calibration/model.js';
import { RandomForestModel } from '../../src/classical/random-forest/model.js';
import { DataLeakageError } from '../../src/core/errors.js';
import { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';
import type { Split } from '../../src/core/split.js';
import type { BaseModel } from '../../src/model/base-model.js';
import { ModelRegistry } from '../../src/model/registry.js';

registerBuiltins();

const ROWS = 80;
/** Rows of one memory, part after part. */
const random = new Random(6);
const all = Float32Array.from({ length: 4 * ROWS * 3 }, () => random.normal());
function part(place: number): Split<'validation', Matrix> {
  const X = Matrix.wrap(all.subarray(place * ROWS * 3, (place + 1) * ROWS * 3), 3);
  const y = Float64Array.from({ length: ROWS }, (_, i) => (X.row(i)[0] + random.normal() > 0 ? 1 : 0));
  return { role: 'validation', X, y };
}
const [first, second, third, untouched] = [0, 1, 2, 3].map(part);

const FEW: Record<string, object> = {
  lightgbm: { numIterations: 3 },
  xgboost: { numIterations: 3 },
  catboost: { iterations: 3 },
  random_forest: { nTrees: 3 },
  calibrated: { folds: 2 },
};
const classifiers = ModelRegistry.list()
  .filter(({ tasks, inputMode }) => tasks.includes('classification') && inputMode === 'features')
  .map(({ name }) => name);

const calibrate = (model: BaseModel, rows: Split<'validation', Matrix>, used: Split<'validation', Matrix>[] = []) =>
  CalibratedModel.calibrate(model, rows, { used });

async function expectRefused(model: BaseModel, rows: Split<'validation', Matrix>, used = [] as (typeof rows)[]) {
  await expect(calibrate(model, rows, used)).rejects.toBeInstanceOf(DataLeakageError);
}

it('there are classifiers of every family', () => {
  expect(classifiers).toEqual(expect.arrayContaining([...Object.keys(FEW), 'logistic', 'svm', 'ridge']));
});

describe.each(classifiers)('%s', (name) => {
  it('is calibrated on rows it has not seen, and on no others', async () => {
    const Model = await ModelRegistry.get(name);
    const model = new Model(FEW[name] ?? {});
    await model.fit({ X: first.X, y: first.y });
    await expectRefused(model, first);
    const half = { ...first, X: Matrix.wrap(first.X.data.subarray(0, 120), 3), y: first.y.slice(0, 40) };
    await expectRefused(model, half);
    const copy = { ...first, X: Matrix.wrap(first.X.data.slice(), 3) };
    await expectRefused(model, copy, [first]);
    const calibrated = await calibrate(model, untouched, [first]);
    // What the model was trained on and what it was calibrated on are used from then on.
    await expectRefused(calibrated, untouched);
    await expectRefused(calibrated, first);
    await expect(calibrate(calibrated, second)).resolves.toBeInstanceOf(CalibratedModel);
  });
});

describe('rows that decided on a model are used', () => {
  it.each([
    ['lightgbm', () => new LightGBMModel({ numIterations: 20, earlyStoppingRounds: 2, earlyStoppingSet: 'watched' })],
    ['xgboost', () => new XGBoostModel({ numIterations: 20, earlyStoppingRounds: 2, earlyStoppingSet: 'watched' })],
    ['catboost', () => new CatBoostModel({ iterations: 20, earlyStoppingRounds: 2, earlyStoppingSet: 'watched' })],
  ] as const)('as the evaluation set that stopped it: %s', async (_, make) => {
    const model = make();
    const evalSets = { watched: second, seen: third };
    await model.fit({ X: first.X, y: first.y, evalSets });
    await expectRefused(model, second);
    await expectRefused(model, first);
    await expect(calibrate(model, third)).resolves.toBeInstanceOf(CalibratedModel);
  });

  it('as the validation rows that stopped it, given as a set of that name', async () => {
    const model = new LightGBMModel({ numIterations: 20, earlyStoppingRounds: 2 });
    await model.fit({ X: first.X, y: first.y, evalSets: { validation: second } });
    await expectRefused(model, second);
  });

  it('as the rows of the model that it goes on from', async () => {
    const earlier = new LightGBMModel({ numIterations: 3 });
    await earlier.fit({ X: first.X, y: first.y });
    const model = new LightGBMModel({ numIterations: 3 });
    await model.fit({ X: second.X, y: second.y }, { initModel: earlier });
    await expectRefused(model, first);
    await expectRefused(model, second);
  });

  it('as the rows of a warm start', async () => {
    const model = new RandomForestModel({ nTrees: 3, warmStart: true });
    await model.fit({ X: first.X, y: first.y });
    await model.fit({ X: second.X, y: second.y });
    for (const rows of [first, second]) await expectRefused(model, rows);
    const anew = new RandomForestModel({ nTrees: 3 });
    await anew.fit({ X: first.X, y: first.y });
    await anew.fit({ X: second.X, y: second.y });
    await expect(calibrate(anew, first)).resolves.toBeInstanceOf(CalibratedModel);
  });
});
