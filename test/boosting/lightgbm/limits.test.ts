import { describe, expect, it } from 'vitest';
import { lightgbmConfig } from '../../../src/boosting/lightgbm/config.js';
import { parseModel } from '../../../src/boosting/lightgbm/format-reader.js';
import { formatModel } from '../../../src/boosting/lightgbm/format-writer.js';
import { limitsFor } from '../../../src/boosting/lightgbm/limits.js';
import { LightGBMModel } from '../../../src/boosting/lightgbm/model.js';
import { ConfigError, ModelFormatError } from '../../../src/core/errors.js';
import { Random } from '../../../src/core/random.js';

const parse = (config: unknown) => lightgbmConfig.parse(config, 'lightgbm');
const NAMES = ['age', 'income', 'rooms'];
const limits = (config: unknown) => limitsFor(parse(config), NAMES);

describe("LightGBM's limits", () => {
  it.each([[[1, 0, -1]], ['1,0,-1'], [' 1 , 0, -1'], [{ age: 1, rooms: -1 }]])(
    'monotone constraints may be a list, text or names: %j',
    (monotoneConstraints) => {
      const { params, monotone, listed } = limits({ monotone_constraints: monotoneConstraints });
      expect(params.monotone).toEqual([1, 0, -1]);
      expect(monotone).toEqual([1, 0, -1]);
      expect(listed.monotoneConstraints).toBe('1,0,-1');
    },
  );

  it.each([[[[0, 1], [2]]], ['[0,1],[2]'], [' [0, 1] , [ 2 ]'], [[['age', 1], ['rooms']]]])(
    'interaction constraints may be lists of numbers or names, or text: %j',
    (interactionConstraints) => {
      const { params, listed } = limits({ interactionConstraints });
      expect(params.interactions).toEqual([[0, 1], [2]]);
      expect(listed.interactionConstraints).toBe('[0,1],[2]');
    },
  );

  it('constraints that are all free are none', () => {
    expect(limits({ monotoneConstraints: [0, 0, 0] })).toMatchObject({ params: { monotone: [] }, listed: {} });
  });

  it.each([
    { monotoneConstraints: [2] },
    { monotoneConstraints: '1,x' },
    { monotoneConstraints: '' },
    { monotoneConstraints: { age: 0.5 } },
    { interactionConstraints: '[0,1' },
    { interactionConstraints: '[]' },
    { interactionConstraints: [[]] },
    { interactionConstraints: [[-1]] },
    { monotoneConstraintsMethod: 'best' },
    { monotonePenalty: -1 },
    { pathSmooth: -0.1 },
    { featureFractionBynode: 0 },
    { extraTrees: 3 },
  ])('refuses %j', (config) => {
    expect(() => parse(config)).toThrow(ConfigError);
  });

  it('refuses a name that no column has, and constraints for another number of columns', async () => {
    expect(() => limits({ monotoneConstraints: { height: 1 } })).toThrow(/height/);
    expect(() => limits({ interactionConstraints: [['height']] })).toThrow(ConfigError);
    const X = Array.from({ length: 60 }, (_, i) => [i, i % 7]);
    const model = new LightGBMModel({ task: 'regression', monotoneConstraints: [1] });
    await expect(model.fit({ X, y: X.map(([a]) => a) })).rejects.toThrow(ConfigError);
  });

  it('warns of what has no effect or is done differently', () => {
    expect(limits({ monotonePenalty: 1 }).warnings).toHaveLength(1);
    expect(limits({ extraSeed: 1 }).warnings).toHaveLength(1);
    expect(limits({ featureFractionSeed: 1 }).warnings).toHaveLength(1);
    expect(limits({ featureFractionSeed: 1, featureFraction: 0.5 }).warnings).toEqual([]);
    expect(limits({ monotoneConstraints: [1, 0, 0], mc_method: 'advanced' }).warnings[0]).toContain("'basic'");
    const smooth = limits({ pathSmooth: 1, minDataInLeaf: 1 });
    expect(smooth.params.minDataInLeaf).toBe(2);
    expect(smooth.warnings).toHaveLength(1);
    expect(limits({}).warnings).toEqual([]);
  });

  it('predictions of a fitted model are monotone, and its file says so', async () => {
    const random = new Random(1);
    const X = Array.from({ length: 800 }, () => [random.normal(), random.normal()]);
    const y = X.map(([a, b]) => (a + Math.sin(7 * a) + b * b + random.normal() > 1 ? 1 : 0));
    const model = new LightGBMModel({ numIterations: 20, monotoneConstraints: { x: 1 }, monotonePenalty: 0.5 });
    const metrics = await model.fit({ X, y, featureNames: ['x', 'other'] });
    expect(metrics.warnings).toEqual([]);
    const scores = await model.predictScores(Array.from({ length: 200 }, (_, i) => [i / 30 - 3, 0.3]));
    for (const [i, score] of scores.entries()) if (i > 0) expect(score).toBeGreaterThanOrEqual(scores[i - 1]);
    expect(scores[199]).toBeGreaterThan(scores[0] + 1);
  });

  it('a file with damaged directions is a ModelFormatError', async () => {
    const X = Array.from({ length: 100 }, (_, i) => [i, i % 7]);
    const model = new LightGBMModel({ task: 'regression', numIterations: 2, monotoneConstraints: [1, -1] });
    await model.fit({ X, y: X.map(([a]) => a) });
    const { files } = (model as unknown as { serialize(): { files: Record<string, Uint8Array | string> } }).serialize();
    const text = String(files['model.lgb.txt']);
    expect(parseModel(text).monotone).toEqual([1, -1]);
    expect(formatModel(parseModel(text))).toContain('monotone_constraints=1 -1');
    for (const line of ['1', '1 -1 0', '1 2', '1 a']) {
      expect(() => parseModel(text.replace('monotone_constraints=1 -1', `monotone_constraints=${line}`))).toThrow(
        ModelFormatError,
      );
    }
  });
});
