/** Saved calibrated models, damaged and then given the checksums of what they became: refused, or rows of probabilities. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerBuiltins } from '../../src/builtin.js';

import { CalibratedModel } from '../../src/calibration/model.js';
import type { CalibrationMethod } from '../../src/calibration/probability-map.js';
import { InvalidInputError, ModelFormatError } from '../../src/core/errors.js';
import { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';
import { type ModelBundle, readBundle, writeBundle } from '../../src/model/bundle.js';

registerBuiltins();
const directory = mkdtempSync(join(tmpdir(), 'holdfast-calibrated-damage-'));
afterAll(() => rmSync(directory, { recursive: true }));

const random = new Random(2);
const X = Matrix.from(Array.from({ length: 150 }, () => [random.normal(), random.normal()]));
const y = Float64Array.from({ length: X.rows }, (_, i) => Math.sign(Math.round(X.row(i)[0] + random.normal())));
const METHODS: CalibrationMethod[] = ['platt', 'isotonic', 'beta', 'temperature'];
const bundles = new Map<CalibrationMethod, ModelBundle>();

beforeAll(async () => {
  for (const method of METHODS) {
    const model = new CalibratedModel({ method, model: 'random_forest', params: { nTrees: 5, maxDepth: 3 }, folds: 2 });
    await model.fit({ X, y });
    const place = join(directory, method);
    await model.save(place);
    bundles.set(method, await readBundle(place));
  }
});

let places = 0;

/** True where it was read; what was, gives probabilities. */
async function survives(metadata: ModelBundle['metadata'], files: ModelBundle['files']): Promise<boolean> {
  const place = join(directory, String(places++));
  let model: CalibratedModel;
  try {
    await writeBundle(place, metadata, files);
    model = (await CalibratedModel.load(place)) as CalibratedModel;
  } catch (error) {
    // A model of the user's own may not be registered here.
    if (!(error instanceof InvalidInputError && /Unknown model/.test(error.message)))
      expect(error).toBeInstanceOf(ModelFormatError);
    return false;
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
  const { probabilities } = await model.predict(X);
  for (let i = 0; i < X.rows; i++) {
    const row = Array.from(probabilities?.row(i) ?? []);
    expect(row).toHaveLength(3);
    expect(Math.min(...row)).toBeGreaterThanOrEqual(0);
    expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
  }
  return true;
}

/** Paths of everything in a JSON value below `state`. */
function pathsOf(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (value === null || typeof value !== 'object') return [path];
  const inner = Object.entries(value).flatMap(([key, part]) => pathsOf(part, [...path, key]));
  return path.length > 0 ? [path, ...inner] : inner;
}

/** A copy with what lies at a path replaced, or left out. */
function changed(value: unknown, path: (string | number)[], change: (old: unknown) => unknown): unknown {
  const copy = structuredClone(value) as Record<string | number, unknown>;
  let at = copy;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
  const last = path[path.length - 1];
  const next = change(at[last]);
  if (next === undefined) delete at[last];
  else at[last] = next;
  return copy;
}

describe('a saved calibrated model', () => {
  it('with its state changed anywhere is refused, or gives probabilities', async () => {
    const values = fc.constantFrom<unknown>(
      undefined,
      null,
      0,
      -1,
      1,
      2,
      0.5,
      1e308,
      -1e308,
      '',
      'x',
      [],
      {},
      [[]],
      [1],
      true,
    );
    const property = fc.asyncProperty(fc.constantFrom(...METHODS), fc.nat(), values, async (method, pick, value) => {
      const bundle = bundles.get(method);
      if (!bundle) throw new Error(method);
      const paths = pathsOf(bundle.metadata.state);
      const state = changed(bundle.metadata.state, paths[pick % paths.length], () => value);
      await survives({ ...bundle.metadata, state }, bundle.files);
    });
    await fc.assert(property, { numRuns: 60, seed: 7 });
  });

  it('with a map of another kind, shape or number of classes is refused', async () => {
    for (const [method, { metadata, files }] of bundles) {
      const state = metadata.state as { calibration: Record<string, unknown> };
      const wrong: unknown[] = [
        undefined,
        null,
        3,
        {},
        { method: 'sigmoid' },
        { method, maps: 'none', temperature: 'warm' },
        { ...state.calibration, method: method === 'beta' ? 'platt' : 'beta' },
      ];
      const { maps } = state.calibration;
      if (Array.isArray(maps)) {
        wrong.push({ method, maps: maps.slice(1) }, { method, maps: [...maps, maps[0]] }, { method, maps: [] });
        wrong.push({ method, maps: maps.map(() => [null, null]) }, { method, maps: maps.map(() => []) });
      } else wrong.push({ method, temperature: 0 }, { method, temperature: -1 }, { method, temperature: null });
      for (const calibration of wrong)
        expect(
          await survives({ ...metadata, state: { ...state, calibration } }, files),
          JSON.stringify(calibration),
        ).toBe(false);
    }
  });

  it('with an isotonic curve that falls, or not over rising scores, is refused', async () => {
    const bundle = bundles.get('isotonic');
    if (!bundle) throw new Error('no isotonic model');
    const state = bundle.metadata.state as { calibration: { maps: [number[], number[]][] } };
    const [x, values] = state.calibration.maps[0];
    for (const curve of [
      [x, [...values].reverse()],
      [[...x].reverse(), values],
      [x.map(() => 0.5), values],
      [x, values.map((v) => v + 1)],
      [x.slice(1), values],
    ]) {
      const maps = [curve, ...state.calibration.maps.slice(1)];
      const calibration = { ...state.calibration, maps };
      expect(await survives({ ...bundle.metadata, state: { ...state, calibration } }, bundle.files)).toBe(false);
    }
  });

  it('whose base model lacks a file, or is another, is refused', async () => {
    for (const { metadata, files } of bundles.values()) {
      expect(await survives(metadata, {})).toBe(false);
      const state = metadata.state as { base: ModelBundle['metadata'] };
      for (const base of [
        undefined,
        { ...state.base, classes: [0, 1] },
        { ...state.base, name: 'calibrated' },
        { ...state.base, name: 'no_such_model' },
        { ...state.base, featureNames: ['only'] },
      ])
        expect(await survives({ ...metadata, state: { ...(metadata.state as object), base } }, files)).toBe(false);
      const cut = Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, bytes.subarray(0, -8)]));
      expect(await survives(metadata, cut)).toBe(false);
    }
  });
});
