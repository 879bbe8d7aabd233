/** Members of features and of sequences in one ensemble: rows are aligned by time, a row being the last of its window. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { MiniRocketModel } from '../../src/baselines/minirocket/model.js';
import { registerBuiltins } from '../../src/builtin.js';
import { RidgeModel } from '../../src/classical/ridge/model.js';
import { InvalidInputError } from '../../src/core/errors.js';
import { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';
import { Windows } from '../../src/core/windows.js';
import { VotingModel } from '../../src/ensemble/voting/model.js';
import { loadModel } from '../../src/model/registry.js';

registerBuiltins();
const directory = mkdtempSync(join(tmpdir(), 'holdfast-mixed-'));
afterAll(() => rmSync(directory, { recursive: true }));

const rocket = { model: 'minirocket', config: { numFeatures: 84 } };

const LENGTH = 12;
const random = new Random(5);
const base = Matrix.zeros(260, 3);
for (let p = 3; p < base.data.length; p++) base.data[p] = 0.8 * base.data[p - 3] + random.normal();
const ends = Uint32Array.from({ length: 240 }, (_, i) => i + 20);
const X = new Windows(base, ends, LENGTH);
const y = Float64Array.from(ends, (end) => Number(base.data[3 * end] + base.data[3 * (end - 4)] > 0));

describe('an ensemble of features and sequences', () => {
  it('gives members of features the last row of each window', async () => {
    const model = new VotingModel({ members: [rocket, 'ridge'] });
    expect(model.info.inputMode).toBe('hybrid');
    await model.fit({ X, y });
    const last = base.take(ends);
    const [a, b] = [new MiniRocketModel({ numFeatures: 84 }), new RidgeModel()];
    await a.fit({ X, y });
    await b.fit({ X: last, y });
    const [pa, pb] = [(await a.predict(X)).probabilities?.data, (await b.predict(last)).probabilities?.data];
    const { probabilities } = await model.predict(X);
    expect(probabilities?.data).toEqual(pa?.map((value, p) => (value + (pb?.[p] ?? 0)) / 2));
    const path = join(directory, 'mixed');
    await model.save(path);
    expect((await (await loadModel(path)).predict(X)).probabilities).toEqual(probabilities);
  });

  it('takes features of their own beside the windows', async () => {
    const features = Matrix.zeros(ends.length, 2);
    for (let p = 0; p < features.data.length; p++) features.data[p] = y[p >> 1] + random.normal();
    const model = new VotingModel({ members: [rocket, 'ridge'] });
    await model.fit({ X: { features, sequences: X }, y });
    expect(model.featureNames).toHaveLength(2);
    expect((await model.predict({ features, sequences: X })).predictions).toHaveLength(ends.length);
    await expect(model.exportOnnx(join(directory, 'x.onnx'))).rejects.toThrow(/member 'ridge'.*not the last rows/);
  });

  it('makes windows from rows in time order, of the longest length that a member wants', async () => {
    const long = { model: 'gru', config: { sequenceLength: 15 } };
    expect(new VotingModel({ members: [long, 'ridge'] }).config.sequenceLength).toBe(15);
    const model = new VotingModel({ members: [rocket, 'ridge'], sequenceLength: LENGTH });
    await model.fit({ X: base, y: Float64Array.from({ length: base.rows }, (_, i) => i % 2) });
    expect((await model.predict(base)).predictions).toHaveLength(base.rows);
    const none = new VotingModel({ members: [rocket, 'ridge'] });
    await expect(none.fit({ X: base, y: Float64Array.from({ length: base.rows }, (_, i) => i % 2) })).rejects.toThrow(
      InvalidInputError,
    );
  });

  it('takes windows alone where all members do, and rows alone where none does', () => {
    expect(new VotingModel({ members: [rocket, 'lstm'] }).info.inputMode).toBe('sequence');
    expect(new VotingModel().info.inputMode).toBe('features');
    const inner = { name: 'inner', model: 'voting', config: { members: [rocket] } };
    expect(new VotingModel({ members: [inner, 'ridge'] }).info.inputMode).toBe('hybrid');
  });
});
