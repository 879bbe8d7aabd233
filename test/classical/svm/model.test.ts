import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SVMModel } from '../../../src/classical/index.js';
import { decisionValues } from '../../../src/classical/svm/machine/decisions.js';
import { parseLibsvm } from '../../../src/classical/svm/machine/libsvm-reader.js';
import { InvalidInputError, ModelFormatError, NotFittedError } from '../../../src/core/errors.js';
import { Matrix } from '../../../src/core/matrix.js';
import { changeAnything, cutAnywhere, type FileFormat, refuseDamage, refuseGarbage } from '../../boosting/fuzz.js';
import { randomData } from './problems.js';

const two = randomData(31, 200, 4, 2);
const three = randomData(32, 240, 4, 3);
/** Labels -1, 0, 1. */
const y = three.y.map((k) => k - 1);

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-svm-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function fitted(config: ConstructorParameters<typeof SVMModel>[0], data: { X: Matrix; y: Float64Array }) {
  const model = new SVMModel(config);
  await model.fit(data);
  return model;
}

describe('SVMModel', () => {
  it('shows support vectors, coefficients and intercepts as scikit-learn arranges them', async () => {
    const model = await fitted({ probability: false }, { X: three.X, y });
    const total = model.supportCounts.reduce((a, b) => a + b);
    expect(model.supportCounts).toHaveLength(3);
    expect(model.supportVectors).toMatchObject({ rows: total, cols: 4 });
    expect(model.dualCoefficients.map((row) => row.length)).toEqual([total, total]);
    expect(model.intercept).toHaveLength(3);
    const support = model.support ?? [];
    Array.from(support).forEach((row, s) => {
      expect([...model.supportVectors.row(s)]).toEqual([...three.X.row(row)]);
    });
    const classes = Array.from(support, (row) => y[row]);
    expect(classes).toEqual(classes.toSorted((a, b) => a - b));
  });

  it('decides between two classes by sign, and among three by votes, in both shapes', async () => {
    const binary = await fitted({ probability: false }, two);
    const sign = await binary.decisionFunction(two.X);
    expect(sign.cols).toBe(1);
    const { predictions } = await binary.predict(two.X);
    expect([...predictions]).toEqual(Array.from(sign.data, (value) => (value > 0 ? 1 : 0)));

    const data = { X: three.X, y };
    const ovr = await (await fitted({ probability: false }, data)).decisionFunction(three.X);
    const model = await fitted({ probability: false, decisionFunctionShape: 'ovo' }, data);
    const ovo = await model.decisionFunction(three.X);
    expect([ovr.cols, ovo.cols]).toEqual([3, 3]);
    const labels = (await model.predict(three.X)).predictions;
    for (let i = 0; i < three.X.rows; i++) {
      const votes = [0, 0, 0];
      [
        [0, 1],
        [0, 2],
        [1, 2],
      ].forEach(([a, b], p) => {
        votes[ovo.row(i)[p] > 0 ? a : b]++;
      });
      expect(labels[i]).toBe(votes.indexOf(Math.max(...votes)) - 1);
      // Confidences are below a vote: they only order classes with as many.
      ovr.row(i).forEach((value, c) => {
        expect(Math.abs(value - votes[c])).toBeLessThan(0.5);
      });
    }
  });

  it('without probability gives labels and no probabilities', async () => {
    const output = await (await fitted({ probability: false }, two)).predict(two.X);
    expect(output.probabilities).toBeUndefined();
    expect(output.confidence).toBeUndefined();
    expect(output.classes).toEqual([0, 1]);
  });

  it('draws the folds of its probabilities from the seed', async () => {
    const probabilities = async (seed: number) => (await (await fitted({ seed }, two)).predict(two.X)).probabilities;
    expect(await probabilities(1)).toEqual(await probabilities(1));
    expect((await probabilities(1))?.data).not.toEqual((await probabilities(2))?.data);
  });

  it.each([
    ['two classes', {}, { X: two.X, y: two.y }],
    ['three classes, nu', { svmType: 'nu', nu: 0.3, kernel: 'poly', coef0: 1 }, { X: three.X, y }],
    ['regression', { task: 'regression', kernel: 'sigmoid', gamma: 0.1 }, { X: two.X, y: randomData(31, 200, 4, 0).y }],
    ['linear, without probabilities', { kernel: 'linear', probability: false }, { X: three.X, y }],
  ] as const)(
    '%s: saved, loaded and written as a libsvm file, it predicts the same bits',
    async (name, config, data) => {
      const model = await fitted(config, data);
      const place = join(directory, name.replaceAll(/\W/g, '-'));
      await model.save(place);
      expect(await readdir(place)).toContain('model.libsvm');
      const loaded = await SVMModel.load(place);
      expect(loaded.support).toEqual(model.support);
      await model.exportNative(`${place}.model`);
      const opened = await SVMModel.importNative(`${place}.model`);
      for (const other of [loaded, opened]) {
        expect(other.dualCoefficients).toEqual(model.dualCoefficients);
        expect(other.intercept).toEqual(model.intercept);
        expect(await other.predict(data.X)).toEqual(await model.predict(data.X));
        expect(await other.decisionFunction(data.X)).toEqual(await model.decisionFunction(data.X));
      }
      // The file has no medians to fill them with.
      const gap = [Array.from(data.X.row(0), (value, j) => (j === 1 ? Number.NaN : value))];
      expect((await model.predict(gap)).predictions).toHaveLength(1);
      for (const refused of [opened.predict(gap), opened.decisionFunction(gap)]) {
        await expect(refused).rejects.toThrow(InvalidInputError);
        await expect(refused).rejects.toThrow('row 0, column 1');
      }
      await opened.exportNative(`${place}.again`);
      expect(await readFile(`${place}.again`, 'utf8')).toBe(await readFile(`${place}.model`, 'utf8'));
    },
  );

  it('a precomputed kernel is saved by the rows of its support vectors', async () => {
    const K = Matrix.zeros(200, 200);
    for (let i = 0; i < 200; i++) {
      for (let j = 0; j < 200; j++) {
        K.data[i * 200 + j] = two.X.row(i).reduce((sum, value, c) => sum + value * two.X.row(j)[c], 0);
      }
    }
    const model = await fitted({ kernel: 'precomputed' }, { X: K, y: two.y });
    await model.save(join(directory, 'given'));
    const loaded = await SVMModel.load(join(directory, 'given'));
    expect(await loaded.predict(K)).toEqual(await model.predict(K));
    expect(loaded.supportVectors.rows).toBe(0);
  });

  it('labels that libsvm cannot hold are saved, but not exported', async () => {
    const model = await fitted({ probability: false }, { X: two.X, y: two.y.map((k) => k + 0.5) });
    await model.save(join(directory, 'halves'));
    expect((await SVMModel.load(join(directory, 'halves'))).classes).toEqual([0.5, 1.5]);
    await expect(model.exportNative(join(directory, 'halves.model'))).rejects.toThrow(InvalidInputError);
  });

  it('opens a file whose labels are in another order, as libsvm writes them', async () => {
    const text = `svm_type c_svc
kernel_type linear
nr_class 3
total_sv 3
rho 0.5 -0.25 0.125
label 7 -2 3
probA -1 -2 -3
probB 0.1 0.2 0.3
nr_sv 1 1 1
SV
1 0.5 1:1 2:0.5 
-1 0.75 1:-1 
-0.5 -0.75 2:2 
`;
    const file = join(directory, 'order.model');
    await writeFile(file, text);
    const model = await SVMModel.importNative(file);
    expect(model.classes).toEqual([-2, 3, 7]);
    const x = [0.3, 0.8];
    // By hand: K with the vectors is 0.7, -0.3, 1.6; pairs (7,-2), (7,3), (-2,3).
    const decisions = [0.7 + 0.3 - 0.5, 0.5 * 0.7 - 0.5 * 1.6 + 0.25, 0.75 * -0.3 - 0.75 * 1.6 - 0.125];
    const ovo = [decisions[2], -decisions[0], -decisions[1]];
    const votes = await (await fitted({ decisionFunctionShape: 'ovo' }, three)).decisionFunction(three.X.take([0]));
    expect(votes.cols).toBe(3);
    const shape = await model.decisionFunction([x]);
    const confidence = [ovo[0] + ovo[1], -ovo[0] + ovo[2], -ovo[1] - ovo[2]];
    const wins = [
      Number(ovo[0] >= 0) + Number(ovo[1] >= 0),
      Number(ovo[0] < 0) + Number(ovo[2] >= 0),
      Number(ovo[1] < 0) + Number(ovo[2] < 0),
    ];
    confidence.forEach((value, c) => {
      expect(shape.row(0)[c]).toBeCloseTo(wins[c] + value / (3 * (Math.abs(value) + 1)), 5);
    });
    const { probabilities } = await model.predict([x]);
    expect([...(probabilities?.row(0) ?? [])].reduce((a, b) => a + b)).toBeCloseTo(1, 5);
  });

  it('needs fit before anything is read off it', async () => {
    const model = new SVMModel();
    expect(() => model.supportVectors).toThrow(NotFittedError);
    await expect(model.decisionFunction(two.X)).rejects.toThrow(NotFittedError);
    await expect(model.exportNative(join(directory, 'none'))).rejects.toThrow(NotFittedError);
    await expect(SVMModel.importNative(join(directory, 'missing.model'))).rejects.toThrow(ModelFormatError);
  });

  it('reports its progress', async () => {
    const steps: number[] = [];
    await new SVMModel({ probability: false, C: 100 }).fit(randomData(5, 1500, 10, 2), {
      onProgress: ({ step }) => steps.push(step),
    });
    expect(steps.length).toBeGreaterThan(0);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
  });
});

describe('damaged libsvm files', () => {
  const formatOf = async (): Promise<FileFormat> => {
    const file = join(directory, 'good.model');
    const model = await fitted({}, { X: three.X, y });
    await model.exportNative(file);
    const replaced = (from: RegExp, to: string) => (text: string) => text.replace(from, to);
    return {
      bytes: new Uint8Array(await readFile(file)),
      score: async (bytes) => {
        const { machine } = await parseLibsvm(new TextDecoder('latin1').decode(bytes));
        // A file may name more columns than it has use for.
        const rows = Matrix.zeros(2, Math.min(machine.features, 1 << 16));
        rows.data.forEach((_, i) => {
          rows.data[i] = 0.1 * (i % 5);
        });
        if (rows.cols < machine.features) return Float64Array.from([0, 0]);
        const decisions = await decisionValues(machine, rows, 1);
        const half = decisions.length / 2;
        return Float64Array.from([0, 1], (i) =>
          decisions.subarray(i * half, (i + 1) * half).reduce((x, z) => x + z, 0),
        );
      },
      damage: {
        'another kind of machine': replaced(/c_svc/, 'one_class'),
        'an unknown kernel': replaced(/rbf/, 'laplace'),
        'no gamma': replaced(/gamma .*\n/, ''),
        'gamma twice': replaced(/(gamma .*\n)/, '$1$1'),
        'too few biases': replaced(/rho \S+/, 'rho'),
        'labels twice the same': replaced(/label -1 0/, 'label 0 0'),
        'an unknown line': replaced(/SV\n/, 'colour blue\nSV\n'),
        'counts that do not sum up': replaced(/total_sv /, 'total_sv 1'),
        'a column before the first': replaced(/ 1:/, ' 0:'),
        'columns out of order': replaced(/ 2:/, ' 9:'),
        'a coefficient that is no number': replaced(/SV\n\S+/, 'SV\nmuch'),
        'a column beyond memory': replaced(/ 4:/, ' 536870911:'),
      },
    };
  };

  it('cut anywhere are refused', async () => {
    await cutAnywhere(await formatOf(), 60);
  });

  it('with anything changed are refused or read', async () => {
    expect(await changeAnything(await formatOf(), 400, 5)).toBeGreaterThan(100);
  });

  it('garbage is refused', async () => {
    await refuseGarbage(await formatOf());
  });

  it('named damage is refused', async () => {
    const format = await formatOf();
    for (const name of Object.keys(format.damage)) await refuseDamage(format, name);
  });
});
