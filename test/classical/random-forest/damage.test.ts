/**
 * Saved forests, damaged and then given the checksums of what they became, so that only what reads a forest can refuse them: they are refused,
 * or predict what their arrays say.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Forest, sizeOf } from '../../../src/classical/random-forest/forest.js';
import { readForest, writeForest } from '../../../src/classical/random-forest/forest-file.js';
import { RandomForestModel } from '../../../src/classical/random-forest/model.js';
import { ModelFormatError } from '../../../src/core/errors.js';
import { Matrix } from '../../../src/core/matrix.js';
import { type ModelBundle, readBundle, writeBundle } from '../../../src/model/bundle.js';
import { plainForestMeans } from '../../oracles/forest.js';
import { forestProblem } from './problems.js';

const FILE = 'model.forest.bin';
const { X, classes, targets } = forestProblem(4, 120, 3, { missing: 0.1 });
const directory = mkdtempSync(join(tmpdir(), 'holdfast-forest-damage-'));
afterAll(() => rmSync(directory, { recursive: true }));

const TASKS = { classification: classes, regression: targets };
type Task = keyof typeof TASKS;
const bundles = {} as Record<Task, ModelBundle>;

beforeAll(async () => {
  for (const task of Object.keys(TASKS) as Task[]) {
    const model = new RandomForestModel({ task, nTrees: 3, maxLeafNodes: 9, oobScore: true });
    await model.fit({ X, y: TASKS[task] });
    const place = join(directory, task);
    await model.save(place);
    bundles[task] = await readBundle(place);
  }
});

let places = 0;

/** Undefined where it was refused. */
async function load(task: Task, change: (bundle: ModelBundle) => ModelBundle): Promise<RandomForestModel | undefined> {
  const { metadata, files } = change(bundles[task]);
  const place = join(directory, String(places++));
  try {
    await writeBundle(place, metadata, files);
    return (await RandomForestModel.load(place)) as RandomForestModel;
  } catch (error) {
    expect(error).toBeInstanceOf(ModelFormatError);
    return undefined;
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** A forest that was read must be one: every walk ends at a value, and prediction finds the same. */
async function agrees(model: RandomForestModel | undefined, bytes: Uint8Array): Promise<void> {
  if (!model) return;
  const forest = readForest(bytes);
  const { predictions, probabilities } = await model.predict(X);
  for (let i = 0; i < X.rows; i++) {
    const means = plainForestMeans(forest, X.row(i));
    if (probabilities) {
      expect(Array.from(probabilities.row(i))).toEqual(means.map(Math.fround));
      expect(means.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6);
    } else expect(Math.fround(predictions[i])).toBe(Math.fround(means[0]));
  }
  expect(await model.predictLeaves(X)).toHaveLength(X.rows * sizeOf(forest).trees);
  for (const kind of ['gain', 'split', 'cover'] as const) {
    expect(model.featureImportance(kind)?.values).toHaveLength(3);
  }
}

const withFile = (bytes: Uint8Array) => (bundle: ModelBundle) => ({ ...bundle, files: { [FILE]: bytes } });
const task = fc.constantFrom<Task>('classification', 'regression');
const number = fc.oneof(
  fc.constantFrom(0, 1, -1, -2, 2, 3, 8, 9, 2 ** 31 - 1, -(2 ** 31), 1e300, 0.5),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0),
  fc.integer({ min: -40, max: 40 }),
);
const ARRAYS = [
  'nodeStarts',
  'leafStarts',
  'feature',
  'threshold',
  'missingLeft',
  'children',
  'gain',
  'weight',
  'leafWeight',
  'leafValue',
  'values',
] as const satisfies (keyof Forest)[];

describe('a saved forest', () => {
  it('with entries of its arrays changed is refused, or predicts what they say', async () => {
    const edit = fc.record({ array: fc.constantFrom(...ARRAYS), at: fc.nat(), value: number });
    let [refused, read] = [0, 0];
    const property = fc.asyncProperty(task, fc.array(edit, { minLength: 1, maxLength: 3 }), async (kind, edits) => {
      const forest = readForest(bundles[kind].files[FILE]);
      for (const { array, at, value } of edits) forest[array][at % forest[array].length] = value;
      const bytes = writeForest(forest);
      const model = await load(kind, withFile(bytes));
      if (model) read++;
      else refused++;
      await agrees(model, bytes);
    });
    await fc.assert(property, { numRuns: 150, seed: 7 });
    expect(Math.min(refused, read)).toBeGreaterThan(10);
  });

  it('with bytes changed, cut out or doubled is refused, or predicts what it says', async () => {
    const cut = fc.record({ from: fc.nat(), length: fc.nat(40), byte: fc.nat(255), kind: fc.nat(2) });
    const property = fc.asyncProperty(task, cut, async (own, { from, length, byte, kind }) => {
      const whole = bundles[own].files[FILE];
      const at = from % whole.length;
      const part = kind === 0 ? [byte] : kind === 1 ? [] : [...whole.subarray(at, at + length), ...whole.subarray(at)];
      const after = kind === 2 ? [] : [...whole.subarray(at + (kind === 0 ? 1 : length + 1))];
      const bytes = Uint8Array.from([...whole.subarray(0, at), ...part, ...after]);
      await agrees(await load(own, withFile(bytes)), bytes);
    });
    await fc.assert(property, { numRuns: 150, seed: 7 });
  });

  it('with another head is refused', async () => {
    const fields = ['trees', 'nodes', 'leaves', 'values', 'outputs', 'features', 'version'];
    for (const field of fields) {
      for (const value of [0, -1, 2 ** 31 - 1, 2 ** 40, 1.5, '3', null, undefined]) {
        const { metadata, files } = bundles.regression;
        const whole = files[FILE];
        const length = new DataView(whole.buffer, whole.byteOffset).getUint32(8, true);
        const head = JSON.parse(new TextDecoder().decode(whole.subarray(12, 12 + length))) as Record<string, unknown>;
        const text = new TextEncoder().encode(JSON.stringify({ ...head, [field]: value }));
        const start = Math.ceil((12 + text.length) / 8) * 8;
        const rest = whole.subarray(Math.ceil((12 + length) / 8) * 8);
        const bytes = new Uint8Array(start + rest.length);
        bytes.set(whole.subarray(0, 8));
        new DataView(bytes.buffer).setUint32(8, text.length, true);
        bytes.set(text, 12);
        bytes.set(rest, start);
        expect(await load('regression', () => ({ metadata, files: { [FILE]: bytes } })), `${field} ${value}`).toBe(
          undefined,
        );
      }
    }
  });

  it('with cycles, nodes of two parents or out-of-range numbers is refused', async () => {
    const breaks: ((forest: Forest) => void)[] = [
      ({ children }) => children.set([0], 0),
      ({ children }) => children.set([children[0]], 1),
      ({ children, nodeStarts }) => children.set([nodeStarts[1]], 0),
      ({ children }) => children.set([~50], 0),
      ({ feature, features }) => feature.set([features], 0),
      ({ feature }) => feature.set([-1], 0),
      ({ leafValue, values }) => leafValue.set([values.length], 0),
      ({ leafValue }) => leafValue.set([-1], 0),
      ({ nodeStarts }) => nodeStarts.set([nodeStarts[2] + 1], 1),
      ({ leafStarts }) => leafStarts.set([-1], 1),
      ({ threshold }) => threshold.set([Number.NaN], 0),
      ({ missingLeft }) => missingLeft.set([2], 0),
      ({ values }) => values.set([Number.NaN], 0),
      ({ weight }) => weight.set([-1], 0),
    ];
    for (const [i, damage] of breaks.entries()) {
      const forest = readForest(bundles.classification.files[FILE]);
      damage(forest);
      expect(await load('classification', withFile(writeForest(forest))), `damage ${i}`).toBe(undefined);
    }
    const shares = readForest(bundles.classification.files[FILE]);
    shares.values[shares.values.length - 1] += 0.25;
    expect(await load('classification', withFile(writeForest(shares)))).toBe(undefined);
  });

  it('with the trees of another model, or none, is refused', async () => {
    const other = bundles.regression.files;
    expect(await load('classification', (bundle) => ({ ...bundle, files: other }))).toBe(undefined);
    expect(await load('classification', (bundle) => ({ ...bundle, files: {} }))).toBe(undefined);
  });
});

it('a forest of one column predicts whatever the threshold', async () => {
  const model = new RandomForestModel({ nTrees: 2, bootstrap: false });
  await model.fit({ X: [[1], [2], [3]], y: [0, 0, 1] });
  const { predictions } = await model.predict(Matrix.from([[-3.4e38], [2.4], [2.6], [3.4e38]]));
  expect([...predictions]).toEqual([0, 0, 1, 1]);
});
