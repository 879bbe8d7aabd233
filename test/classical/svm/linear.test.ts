import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SVMConfig, SVMModel } from '../../../src/classical/index.js';
import { svmConfig } from '../../../src/classical/svm/config.js';
import { linearFromJson } from '../../../src/classical/svm/linear/json.js';
import { ConfigError, InvalidInputError, ModelFormatError } from '../../../src/core/errors.js';
import type { ModelClass } from '../../../src/model/base-model.js';
import { checkModel } from '../../../src/testing/index.js';
import { randomData, toRows } from './problems.js';

const linear: SVMConfig = { kernel: 'linear', solver: 'dcd', probability: false };
const nystroem: SVMConfig = { approximation: 'nystroem', components: 60, probability: false };

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-linear-svm-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function fitted(config: SVMConfig, data: Parameters<SVMModel['fit']>[0], threads = 2): Promise<SVMModel> {
  const model = new SVMModel(config);
  await model.fit(data, { threads });
  return model;
}

describe('dual coordinate descent', () => {
  const binary = randomData(1, 300, 6, 2);
  const values = randomData(2, 300, 6, 0);

  /** The primal objective of one function, its intercept a weight like the others. */
  function objective(w: number[], data: typeof binary, loss: (value: number, i: number) => number): number {
    let sum = w.reduce((total, value) => total + 0.5 * value * value, 0);
    for (let i = 0; i < data.X.rows; i++) {
      const value = data.X.row(i).reduce((total, x, j) => total + x * w[j], w[6]);
      sum += data.weights[i] * loss(value, i);
    }
    return sum;
  }

  it.each([
    ['hinge', {}, (v: number, y: number) => Math.max(0, 1 - v * (y > 0 ? 1 : -1)), binary],
    ['squaredHinge', {}, (v: number, y: number) => Math.max(0, 1 - v * (y > 0 ? 1 : -1)) ** 2, binary],
    ['epsilonInsensitive', {}, (v: number, y: number) => Math.max(0, Math.abs(v - y) - 0.1), values],
    ['squaredEpsilonInsensitive', {}, (v: number, y: number) => Math.max(0, Math.abs(v - y) - 0.1) ** 2, values],
  ] as const)('%s: no step from the weights lowers the primal objective', async (loss, _none, lossOf, data) => {
    const task = data === values ? 'regression' : 'classification';
    const model = await fitted({ ...linear, loss, task, tolerance: 1e-7, maxIterations: 20_000 }, data);
    const w = [...(model.coefficients?.[0] ?? []), model.intercept[0]];
    const at = (point: number[]) => objective(point, data, (value, i) => lossOf(value, data.y[i]));
    expect(model.training?.objectives[0]).toBeCloseTo(at(w), 6);
    for (let j = 0; j < w.length; j++) {
      for (const step of [1e-2, -1e-2, 1e-3, -1e-3]) {
        expect(at(w.map((value, k) => (k === j ? value + step : value)))).toBeGreaterThan(at(w) - 1e-7);
      }
    }
  });

  it('has one function for each of several classes, and gives the class of the largest', async () => {
    const data = randomData(3, 400, 6, 4);
    const model = await fitted(linear, data);
    expect(model.coefficients).toHaveLength(4);
    const decisions = await model.decisionFunction(data.X);
    const { predictions } = await model.predict(data.X);
    for (let i = 0; i < 400; i++) {
      const row = [...decisions.row(i)];
      expect(predictions[i]).toBe(row.indexOf(Math.max(...row)));
    }
  });

  it('says how far the optimum was where it ran out of passes', async () => {
    const model = await fitted({ ...linear, maxIterations: 2 }, binary);
    expect(model.trainingMetrics.warnings[0]).toContain('violated by');
  });

  it('without an intercept has none; a larger interceptScaling shrinks it less', async () => {
    expect([...(await fitted({ ...linear, fitIntercept: false }, binary)).intercept]).toEqual([0]);
    const skewed = { ...binary, y: binary.y.map((_, i) => (i % 10 === 0 ? 1 : 0)), weights: undefined };
    const [one, ten] = await Promise.all(
      [1, 10].map((interceptScaling) => fitted({ ...linear, C: 1e-3, interceptScaling }, skewed)),
    );
    expect(Math.abs(ten.intercept[0])).toBeGreaterThan(Math.abs(one.intercept[0]));
  });

  it('the weights of libsvm machines with a linear kernel are read off too', async () => {
    const model = await fitted({ kernel: 'linear', probability: false }, binary);
    const decisions = await model.decisionFunction(binary.X);
    const [w] = model.coefficients ?? [];
    binary.X.row(5).forEach((_, j) => {
      expect(w[j]).toBeTypeOf('number');
    });
    const value = binary.X.row(5).reduce((sum, x, j) => sum + x * w[j], model.intercept[0]);
    expect(decisions.row(5)[0]).toBeCloseTo(value, 4);
  });
});

describe("Nystroem's approximation", () => {
  const data = randomData(4, 1200, 5, 2);

  it('comes as near to the exact machine as its kernel error says, the nearer the more components', async () => {
    const exact = await fitted({ probability: false, gamma: 0.1 }, data);
    const errors: number[] = [];
    for (const components of [20, 100, 400]) {
      const model = await fitted({ ...nystroem, components, gamma: 0.1, loss: 'hinge' }, data);
      errors.push(model.training?.kernelError?.mean ?? Number.NaN);
      const { trainAccuracy } = model.trainingMetrics;
      if (components === 400) expect(Math.abs(trainAccuracy - exact.trainingMetrics.trainAccuracy)).toBeLessThan(0.01);
    }
    expect(errors[1]).toBeLessThan(errors[0] / 2);
    expect(errors[2]).toBeLessThan(errors[1] / 2);
    expect(errors[2]).toBeLessThan(1e-4);
  });

  it('takes more components than there are rows, and a kernel that is not positive definite', async () => {
    const few = randomData(5, 40, 3, 2);
    const model = await fitted({ ...nystroem, components: 500, kernel: 'sigmoid', gamma: 0.1, coef0: -1 }, few);
    expect((await model.decisionFunction(few.X)).data.every(Number.isFinite)).toBe(true);
  });
});

describe('random Fourier features', () => {
  const data = randomData(4, 1200, 5, 2);
  const fourier: SVMConfig = { approximation: 'fourier', probability: false, gamma: 0.1 };

  it('come nearer to the exact machine, and say how near, with more waves', async () => {
    const exact = await fitted({ probability: false, gamma: 0.1 }, data);
    const errors: number[] = [];
    for (const components of [50, 800]) {
      const model = await fitted({ ...fourier, components, loss: 'hinge' }, data);
      const { mean, max, pairs } = model.training?.kernelError ?? { mean: Number.NaN, max: Number.NaN, pairs: 0 };
      expect([mean < max, pairs]).toEqual([true, 2016]);
      errors.push(mean);
      const { trainAccuracy } = model.trainingMetrics;
      if (components === 800) expect(Math.abs(trainAccuracy - exact.trainingMetrics.trainAccuracy)).toBeLessThan(0.015);
    }
    // The error falls with the root of the number of waves: to a quarter.
    expect(errors[1]).toBeLessThan(errors[0] / 2.5);
    expect(errors[1]).toBeLessThan(0.03);
  });

  it('have the error in the metrics that are saved with the model', async () => {
    const model = await fitted({ ...fourier, components: 100 }, randomData(5, 100, 3, 2));
    const { mean, max } = model.training?.kernelError ?? {};
    expect(model.trainingMetrics.evaluations).toEqual({ kernel: { meanError: [mean], maxError: [max] } });
    await model.save(join(directory, 'kernel-error'));
    const loaded = await SVMModel.load(join(directory, 'kernel-error'));
    expect(loaded.trainingMetrics.evaluations).toEqual(model.trainingMetrics.evaluations);
  });

  it('are drawn from the seed, and an odd number of them is one more', async () => {
    const of = async (components: number, seed: number) =>
      (await fitted({ ...fourier, components, seed }, randomData(5, 100, 3, 2))).decisionFunction([[0.1, 0.2, 0.3]]);
    expect(await of(31, 1)).toEqual(await of(32, 1));
    expect(await of(31, 1)).not.toEqual(await of(31, 2));
  });

  it('decide a row in the same bits alone and among many, which the worker pool does', async () => {
    const model = await fitted({ ...fourier, components: 200 }, randomData(6, 700, 5, 3));
    const many = await model.decisionFunction(data.X, { threads: 2 });
    for (const row of [0, 31, 255, 256, 1199]) {
      expect([...(await model.decisionFunction(data.X.take([row]))).row(0)]).toEqual([...many.row(row)]);
    }
  });

  it('take values near the ends of float32', async () => {
    const model = await fitted({ ...fourier, gamma: 1 }, data);
    const { data: values } = await model.decisionFunction([
      [3e38, -3e38, 3e38, -3e38, 1],
      [1e30, 1e-30, -1e30, 0, 0],
    ]);
    expect(values.every(Number.isFinite)).toBe(true);
  });
});

describe.each([
  ['linear', linear],
  ['nystroem', nystroem],
  ['fourier', { approximation: 'fourier', components: 60, probability: false } as const],
])('%s', (name, config) => {
  it('has the same bytes on 1, 2 and 4 threads', async () => {
    const data = randomData(6, 900, 6, 3);
    const texts = [];
    for (const threads of [1, 2, 4]) {
      const model = await fitted({ ...config, probability: true }, data, threads);
      await model.save(join(directory, `${name}-${threads}`));
      texts.push(await readFile(join(directory, `${name}-${threads}`, 'model.svm.json'), 'utf8'));
    }
    expect(new Set(texts).size).toBe(1);
  });

  it.each([2, 3, 0])('is saved and loaded (%i classes)', async (classes) => {
    const data = randomData(7, 200, 4, classes);
    const task = classes === 0 ? 'regression' : 'classification';
    const model = await fitted({ ...config, task, probability: true }, data);
    await model.save(join(directory, `saved-${name}-${classes}`));
    const loaded = await SVMModel.load(join(directory, `saved-${name}-${classes}`));
    expect(await loaded.predict(data.X)).toEqual(await model.predict(data.X));
  });

  it('keeps the model contract', async () => {
    const importance = 'importance exists where the capabilities say so, and nowhere else';
    const results = await checkModel(SVMModel as unknown as ModelClass, {
      config: { ...config, probability: true },
      skips: name === 'linear' ? { [importance]: 'capabilities are those of the default kernel, which has none' } : {},
    });
    expect(results.filter(({ status }) => status === 'failed').map(({ name, reason }) => `${name}: ${reason}`)).toEqual(
      [],
    );
  }, 60_000);

  it('has no support vectors', async () => {
    const model = await fitted(config, randomData(8, 100, 3, 2));
    expect(() => model.supportVectors).toThrow(InvalidInputError);
  });
});

describe.each([
  ['support vectors', { kernel: 'linear', probability: false }],
  ['a linear machine', linear],
] as [string, SVMConfig][])('coefficients of %s', (name, config) => {
  const { X, y } = randomData(10, 200, 3, 3);
  // A column without any value is left out; the third is in other units.
  const rows = toRows(X).map(([a, b, c]) => [a, Number.NaN, b, 3 * c]);
  const featureNames = ['a', 'empty', 'b', 'wide'];

  it('have a place for every feature; importance is in units of what the column usually does', async () => {
    const model = await fitted(config, { X: rows, y, featureNames });
    const { coefficients } = model;
    expect(coefficients?.map((row) => row.length)).toEqual([4, 4, 4]);
    expect(coefficients?.every((row) => row[1] === 0 && row[0] !== 0)).toBe(true);
    const importance = model.featureImportance();
    expect(importance?.names).toEqual(featureNames);
    const deviation = (j: number) => {
      const values = rows.map((row) => Math.fround(row[j]));
      const mean = values.reduce((sum, value) => sum + value) / values.length;
      return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    };
    for (const j of [0, 2, 3]) {
      const wanted = (coefficients ?? []).reduce((sum, row) => sum + (Math.abs(row[j]) * deviation(j)) / 3, 0);
      expect((importance?.values[j] ?? 0) / wanted).toBeCloseTo(1, 9);
    }
    expect(importance?.values[1]).toBe(0);
    await model.save(join(directory, `importance-${name}`));
    const loaded = await SVMModel.load(join(directory, `importance-${name}`));
    expect(loaded.featureImportance()).toEqual(importance);
    expect(loaded.coefficients).toEqual(coefficients);
  });
});

it('kernels other than the linear one have neither coefficients nor importance', async () => {
  const data = randomData(8, 100, 3, 2);
  for (const config of [{}, nystroem, { approximation: 'fourier', components: 8 } as const]) {
    const model = await fitted(config, data);
    expect([model.coefficients, model.featureImportance()]).toEqual([undefined, undefined]);
  }
});

describe('settings that do not go together', () => {
  it.each([
    [{ solver: 'dcd' }, /for kernel 'linear'/],
    [{ solver: 'dcd', kernel: 'linear', svmType: 'nu' }, /nu/],
    [{ approximation: 'nystroem', kernel: 'linear' }, /needs no approximation/],
    [{ approximation: 'nystroem', solver: 'smo' }, /'dcd'/],
    [{ approximation: 'fourier', kernel: 'poly' }, /'fourier' is for kernel 'rbf'/],
    [{ loss: 'epsilonInsensitive' }, /not a loss of classification/],
    [{ loss: 'hinge', task: 'regression' }, /not a loss of regression/],
  ])('%o', (config, message) => {
    expect(() => svmConfig.parse(config, 'svm')).toThrow(ConfigError);
    expect(() => svmConfig.parse(config, 'svm')).toThrow(message);
  });
});

describe('damaged files', () => {
  it('are refused', async () => {
    const place = join(directory, 'damaged');
    await (await fitted(nystroem, randomData(9, 80, 3, 2))).save(place);
    const text = await readFile(join(place, 'model.svm.json'), 'utf8');
    for (const damage of [
      text.slice(0, 200),
      'null',
      text.replace('"classes":2', '"classes":3'),
      text.replace('"features":3', '"features":7'),
      text.replace('"name":"rbf"', '"name":"cosine"'),
      text.replace(/"bias":\[[^\]]*\]/, '"bias":[null]'),
      text.replace(/"weights":\[/, '"weights":[1,'),
      text.replace('"version":1', '"version":2'),
    ]) {
      expect(damage).not.toBe(text);
      expect(() => linearFromJson(damage)).toThrow(ModelFormatError);
    }
    await (await fitted({ approximation: 'fourier', components: 6 }, randomData(9, 80, 3, 2))).save(place);
    const waves = await readFile(join(place, 'model.svm.json'), 'utf8');
    for (const damage of [
      waves.replace('"name":"rbf"', '"name":"poly"'),
      waves.replace('"frequencies":[', '"frequencies":[1,'),
      waves.replace('"frequencies":[', '"frequencies":[1e300,1,1,'),
      waves.replace('"frequencies"', '"vectors"'),
    ]) {
      expect(damage).not.toBe(waves);
      expect(() => linearFromJson(damage)).toThrow(ModelFormatError);
    }
    await writeFile(join(place, 'model.svm.json'), text.slice(0, 200));
    await expect(SVMModel.load(place)).rejects.toThrow(ModelFormatError);
  });
});
