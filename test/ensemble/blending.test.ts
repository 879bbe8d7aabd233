/** Blending: the contract, the later slice by hand, what happens without one. */
import { describe, expect, it } from 'vitest';
import { registerBuiltins } from '../../src/builtin.js';
import { LogisticRegressionModel } from '../../src/classical/logistic/model.js';
import { RidgeModel } from '../../src/classical/ridge/model.js';
import { ConfigError } from '../../src/core/errors.js';
import { Matrix } from '../../src/core/matrix.js';
import { BlendingModel } from '../../src/ensemble/blending/model.js';
import { syntheticClassification, syntheticRegression } from '../../src/testing/index.js';

registerBuiltins();
const rows = syntheticClassification({ rows: 240, classes: 2, seed: 1 });
const times = Float64Array.from(rows.y, (_, i) => 1000 * i);
const data = { ...rows, times, labelEnds: times.map((time) => time + 4000) };
const later = syntheticClassification({ rows: 100, classes: 2, seed: 2 });
const members = [
  { name: 'a', model: 'logistic', config: { C: 0.01 } },
  { name: 'b', model: 'ridge' },
] as const;

const part = (kept: Uint32Array) => ({ X: data.X.take(kept), y: Float64Array.from(kept, (i) => data.y[i]) });
const second = (P: Matrix | undefined) => Array.from({ length: P?.rows ?? 0 }, (_, i) => P?.row(i)[1] ?? 0);

describe('blending', () => {
  it('learns from predictions of the later slice, by members of the rows whose labels were known before', async () => {
    const model = new BlendingModel({ members, holdShare: 0.25 });
    await model.fit(data);
    const train = Uint32Array.from({ length: 180 - 4 }, (_, i) => i);
    const hold = Uint32Array.from({ length: 60 }, (_, i) => 180 + i);
    const [a, b] = [new LogisticRegressionModel({ C: 0.01 }), new RidgeModel()];
    await Promise.all([a.fit(part(train)), b.fit(part(train))]);
    const columns = async (X: Matrix) => {
      const [p, q] = [second((await a.predict(X)).probabilities), second((await b.predict(X)).probabilities)];
      return Matrix.from(p.map((value, i) => [value, q[i]]));
    };
    const final = new LogisticRegressionModel();
    await final.fit({ X: await columns(part(hold).X), y: part(hold).y });
    expect((await model.predict(later.X)).probabilities).toEqual(
      (await final.predict(await columns(later.X))).probabilities,
    );
    const again = new BlendingModel({ members, holdShare: 0.25, refit: true });
    await again.fit(data);
    expect((await again.predict(later.X)).probabilities).not.toEqual((await model.predict(later.X)).probabilities);
  });

  it('of a regression takes ridge, and one time is no slice', async () => {
    const values = syntheticRegression({ rows: 100, seed: 3 });
    const model = new BlendingModel({ task: 'regression', members: ['ridge'] });
    await model.fit(values);
    expect(model.metaModel?.info.name).toBe('ridge');
    await model.fit({ ...values, times: new Float64Array(100) });
    expect(model.metaModel).toBeUndefined();
    expect(model.trainingMetrics.warnings.join()).toMatch(/all rows have one time.*mean is taken/);
  });
});

describe('a blending config', () => {
  it.each([
    [{ holdShare: 1 }, /holdShare/],
    [{ folds: 4 }, /unknown key 'folds'/],
  ])('%j is refused', (config, message) => {
    expect(() => new BlendingModel(config as never)).toThrow(ConfigError);
    expect(() => new BlendingModel(config as never)).toThrow(message);
  });
});
