/** LIBLINEAR's model files: theirs mean here what they mean there, ours are read back in the same bits. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { SVMModel } from '../../../src/classical/index.js';
import { formatLiblinear, parseLiblinear } from '../../../src/classical/svm/linear/liblinear.js';
import { InvalidInputError, ModelFormatError } from '../../../src/core/errors.js';
import { randomData } from './problems.js';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-liblinear-'));
afterAll(() => rmSync(directory, { recursive: true }));
const fixtures = fileURLToPath(new URL('../../fixtures/liblinear/', import.meta.url));

type Answer = { labels: number[]; predictions: number[]; decisions: number[][] };
const expected = JSON.parse(readFileSync(`${fixtures}expected.json`, 'utf8')) as { X: number[][] } & Record<
  string,
  Answer
>;

describe('files that LIBLINEAR wrote, with its own predictions (test/fixtures/liblinear)', () => {
  it('two classes, named in its order, with an intercept', async () => {
    const model = await SVMModel.importNative(`${fixtures}two.model`);
    expect(model.classes).toEqual([-2, 7]);
    expect([...(await model.predict(expected.X)).predictions]).toEqual(expected.two.predictions);
    const { data } = await model.decisionFunction(expected.X);
    // LIBLINEAR's value speaks for -2, which it names first.
    for (const [i, value] of data.entries()) expect(value).toBeCloseTo(-expected.two.decisions[i][0], 6);
    expect(model.config).toMatchObject({ solver: 'dcd', kernel: 'linear', loss: 'squaredHinge', probability: false });
  });

  it('three classes in another order, without an intercept', async () => {
    const model = await SVMModel.importNative(`${fixtures}three.model`);
    expect(model.classes).toEqual([-1, 0, 1]);
    expect([...(await model.predict(expected.X)).predictions]).toEqual(expected.three.predictions);
    const decisions = await model.decisionFunction(expected.X);
    expected.three.decisions.forEach(([zero, minus, plus], i) => {
      for (const [c, value] of [minus, zero, plus].entries()) expect(decisions.row(i)[c]).toBeCloseTo(value, 6);
    });
    expect([...model.intercept]).toEqual([0, 0, 0]);
    expect(model.config.loss).toBe('hinge');
  });

  it('regression, whose intercept is a weight of a column of 2', async () => {
    const model = await SVMModel.importNative(`${fixtures}svr.model`);
    const { predictions } = await model.predict(expected.X);
    for (const [i, value] of predictions.entries()) expect(value).toBeCloseTo(expected.svr.predictions[i], 5);
    expect(model.intercept[0]).toBeCloseTo(2 * -0.011760006969943337, 15);
  });

  it.each(['two', 'three', 'svr'])(
    '%s: written again it is the same file but for labels in ascending order',
    (name) => {
      const first = parseLiblinear(readFileSync(`${fixtures}${name}.model`, 'latin1'));
      const text = formatLiblinear(first.machine, first.labels, first.loss);
      expect(parseLiblinear(text)).toEqual(first);
    },
  );
});

describe('files that are written here', () => {
  it.each([2, 3, 0])('have the same bits when they are read (%i classes)', async (classes) => {
    const data = randomData(3, 120, 5, classes);
    const model = new SVMModel({
      kernel: 'linear',
      solver: 'dcd',
      probability: false,
      task: classes === 0 ? 'regression' : 'classification',
    });
    await model.fit({ ...data, y: classes === 0 ? data.y : data.y.map((k) => 5 - k) });
    const file = join(directory, `linear-${classes}.model`);
    await model.exportNative(file);
    const opened = await SVMModel.importNative(file);
    expect(opened.classes).toEqual(model.classes);
    expect(opened.coefficients).toEqual(model.coefficients);
    expect(opened.intercept).toEqual(model.intercept);
    expect(await opened.predict(data.X)).toEqual(await model.predict(data.X));
    await opened.exportNative(`${file}.again`);
    expect(await readFile(`${file}.again`, 'utf8')).toBe(await readFile(file, 'utf8'));
  });

  it('cannot hold an approximation, nor labels that are not integers', async () => {
    const data = randomData(3, 60, 3, 2);
    const waves = new SVMModel({ approximation: 'fourier', components: 10, probability: false });
    await waves.fit(data);
    await expect(waves.exportNative(join(directory, 'waves'))).rejects.toThrow(InvalidInputError);
    const halves = new SVMModel({ kernel: 'linear', solver: 'dcd', probability: false });
    await halves.fit({ ...data, y: data.y.map((k) => k + 0.5) });
    await expect(halves.exportNative(join(directory, 'halves'))).rejects.toThrow(/integers/);
  });
});

describe('damaged files are refused', () => {
  const text = readFileSync(`${fixtures}three.model`, 'latin1');
  it.each([
    ['another kind of machine', text.replace(/L2R_\S+/, 'L2R_LR')],
    ['a one-class machine', text.replace(/L2R_\S+/, 'ONECLASS_SVM')],
    ['fewer labels', text.replace('label 0 -1 1', 'label 0 -1')],
    ['labels twice the same', text.replace('label 0 -1 1', 'label 0 0 1')],
    ['more columns', text.replace('nr_feature 4', 'nr_feature 5')],
    ['columns beyond memory', text.replace('nr_feature 4', 'nr_feature 4000000000')],
    ['an intercept that is not there', text.replace('bias -1', 'bias 1')],
    ['a weight too few', text.replace(/ 1\.66\S+/, '')],
    ['a weight that is no number', text.replace(/1\.66\S+/, 'nan')],
    ['an unknown line', text.replace('bias', 'colour')],
    ['no weights', text.slice(0, text.indexOf('\nw\n') + 1)],
    ['cut short', text.slice(0, -20)],
  ])('%s', (_name, damaged) => {
    expect(damaged).not.toBe(text);
    expect(() => parseLiblinear(damaged)).toThrow(ModelFormatError);
  });
});
