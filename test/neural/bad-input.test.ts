/** What neural models make of input that nobody should give them: a typed error that says what is wrong, or a training that survives it. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError, HoldfastError, InvalidInputError, ModelFormatError } from '../../src/core/errors.js';
import { sha256 } from '../../src/core/hash.js';
import { Matrix } from '../../src/core/matrix.js';
import type { Split } from '../../src/core/split.js';
import { Windows } from '../../src/core/windows.js';
import { windowSplit } from '../../src/data/sequences.js';
import { GRUModel, HybridModel, LSTMModel, TransformerModel } from '../../src/neural/index.js';
import { SMALL, signalWindows } from './signal.js';

const root = mkdtempSync(join(tmpdir(), 'holdfast-neural-bad-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const ONCE = { ...SMALL, epochs: 1, patience: null } as const;

/** What was thrown; every one of these says what to do. */
async function refusal(action: () => Promise<unknown>): Promise<HoldfastError> {
  const error = await action().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(HoldfastError);
  expect((error as HoldfastError).hint).toBeTruthy();
  return error as HoldfastError;
}

describe('windows', () => {
  it('longer than the data are refused, naming both lengths', async () => {
    const model = new GRUModel({ ...ONCE, sequenceLength: 30 });
    const rows = Matrix.from(Array.from({ length: 29 }, (_, i) => [i, -i]));
    const error = await refusal(() => model.fit({ X: rows, y: Array.from({ length: 29 }, (_, i) => i % 2) }));
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error.message).toMatch(/30 rows, X only 29/);
    expect(() => new Windows(rows, Uint32Array.of(28), 30)).toThrow(InvalidInputError);
  });

  it('longer than a group leave that group out', () => {
    const windows = (groups: readonly number[]) => {
      const named = groups.flatMap((size, g) => new Array<string>(size).fill(`g${g}`));
      const [X, y] = [Matrix.zeros(named.length, 2), new Float64Array(named.length)];
      return windowSplit({ role: 'train', X, y, groups: named } as unknown as Split<'train'>, 5).y.length;
    };
    expect(windows([3, 9])).toBe(5);
    expect(windows([9, 3, 6])).toBe(5 + 2);
    // What container.toSequences refuses.
    expect(windows([3, 4])).toBe(0);
  });

  it('with other channels are refused in validation, in prediction and in streams', async () => {
    const { X, y } = signalWindows(60);
    const others = signalWindows(60, { channels: 2 });
    const model = new LSTMModel(ONCE);
    const validation = { X: others.X, y: others.y };
    expect((await refusal(() => model.fit({ X, y, validation }))).message).toMatch(/2 columns.*have 3/);
    await model.fit({ X, y });
    expect((await refusal(() => model.predict(others.X))).message).toMatch(/2 columns.*trained on 3/);
    expect((await refusal(() => model.stream().push([1, 2]))).message).toMatch(/2 values, not 3/);
  });

  it('with infinite values are refused wherever they are, in features of hybrid models too', async () => {
    const { X, y } = signalWindows(60);
    const base = Matrix.wrap(X.base.data.slice(), X.base.cols);
    base.data[40 * 3 + 1] = Number.NEGATIVE_INFINITY;
    const bad = new Windows(base, X.ends, X.length);
    const error = await refusal(() => new TransformerModel({ ...ONCE, numHeads: 2 }).fit({ X: bad, y }));
    expect(error.message).toMatch(/row 40, column 1/);
    const model = new GRUModel(ONCE);
    await model.fit({ X, y });
    expect(await refusal(() => model.predict(bad))).toBeInstanceOf(InvalidInputError);
    const features = Matrix.zeros(60, 1);
    features.data[7] = Number.POSITIVE_INFINITY;
    expect(await refusal(() => new HybridModel(ONCE).fit({ X: { features, sequences: X }, y }))).toBeInstanceOf(
      InvalidInputError,
    );
  });

  it('with missing values train and predict, a whole missing channel and a missing window too', async () => {
    const { X, y } = signalWindows(60);
    const base = Matrix.wrap(X.base.data.slice(), X.base.cols);
    for (let row = 0; row < base.rows; row++) base.data[row * 3 + 2] = Number.NaN;
    base.data.fill(Number.NaN, 20 * 3, 40 * 3);
    const holes = new Windows(base, X.ends, X.length);
    const model = new GRUModel(ONCE);
    const metrics = await model.fit({ X: holes, y });
    expect(Number.isFinite(metrics.trainLoss)).toBe(true);
    const { probabilities } = await model.predict(holes);
    expect(probabilities?.data.every(Number.isFinite)).toBe(true);
  });

  it('fewer than a batch are one batch of the same result as a batch of their number', async () => {
    const { X, y } = signalWindows(20);
    const outputs = async (batchSize: number) => {
      const model = new GRUModel({ ...ONCE, batchSize });
      await model.fit({ X, y });
      return (await model.predict(X)).probabilities?.data;
    };
    expect(await outputs(1_000_000)).toEqual(await outputs(20));
  });
});

describe('weights', () => {
  it('of 0 for all of a batch change nothing, and leave the other batches finite', async () => {
    const { X, y } = signalWindows(60);
    const model = new GRUModel({ ...ONCE, batchSize: 1, classWeight: { 0: 0 } });
    const metrics = await model.fit({ X, y });
    expect(metrics.history.every(({ trainLoss }) => Number.isFinite(trainLoss))).toBe(true);
    const { predictions } = await model.predict(X);
    expect(predictions.every((label) => label === 1)).toBe(true);
  });

  it('of 0 for all rows are refused', async () => {
    const { X, y } = signalWindows(60);
    const none = await refusal(() => new GRUModel(ONCE).fit({ X, y, weights: new Float64Array(60) }));
    expect(none).toBeInstanceOf(InvalidInputError);
    const classes = await refusal(() => new GRUModel({ ...ONCE, classWeight: { 0: 0, 1: 0 } }).fit({ X, y }));
    expect(classes).toBeInstanceOf(ConfigError);
  });
});

describe('a training that diverges', () => {
  it('in its only step is an error, not a model of NaN', async () => {
    // The loss is below the largest float32, the length of its gradient above.
    const { X, value } = signalWindows(60);
    const config = { ...ONCE, task: 'regression', standardize: false, optimizer: 'sgd', gradientClip: null } as const;
    const model = new GRUModel({ ...config, learningRate: 1e6, batchSize: 60, dropout: 0 });
    const error = await refusal(() => model.fit({ X, y: value.map((v) => 1.2e19 + v * 1e17) }));
    expect(error.message).toMatch(/not finite/);
    expect(error.hint).toMatch(/learningRate/);
    expect(model.isFitted).toBe(false);
  });
});

describe('files', () => {
  it('of a checkpoint that is damaged are ModelFormatError, and stay where they are', async () => {
    const { X, y } = signalWindows(60);
    const checkpointDirectory = join(root, 'checkpoints');
    const file = join(checkpointDirectory, 'gru.checkpoint');
    mkdirSync(checkpointDirectory, { recursive: true });
    const header = { format: 'holdfast-checkpoint', version: 1, fingerprint: 'x', bytes: 3 };
    const state = Uint8Array.of(1, 2, 3);
    for (const content of ['', 'no checkpoint', `${JSON.stringify({ ...header, sha256: 'wrong' })}\n\x01\x02\x03`]) {
      writeFileSync(file, content);
      const error = await refusal(() => new GRUModel(ONCE).fit({ X, y }, { checkpointDirectory }));
      expect(error).toBeInstanceOf(ModelFormatError);
      expect(readFileSync(file, 'utf8')).toBe(content);
    }
    // Whole, but of another training: nothing of it is read.
    writeFileSync(
      file,
      Buffer.concat([Buffer.from(`${JSON.stringify({ ...header, sha256: sha256(state) })}\n`), state]),
    );
    const other = await refusal(() => new GRUModel(ONCE).fit({ X, y }, { checkpointDirectory }));
    expect(other.message).toMatch(/belongs to another training/);
  });
});
