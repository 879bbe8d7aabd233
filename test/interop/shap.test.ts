/** Shapley values beside those of XGBoost, LightGBM, CatBoost and shap, of the same model files and rows. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CatBoostModel, LightGBMModel, XGBoostModel } from '../../src/boosting/index.js';
import { type ShapResult, shapValues } from '../../src/explain/index.js';
import { runPython } from './python.js';

interface Case {
  name: string;
  library: 'xgboost' | 'lightgbm' | 'catboost';
  file: string;
  X: number[][];
  background: number[][];
  /** (rows, outputs, features + 1), the last is the base value. */
  native: number[][][];
  pairs?: number[][][][];
  path?: number[][][];
  interventional?: number[][][];
}

const script = fileURLToPath(new URL('./shap_peer.py', import.meta.url));
const importers = { xgboost: XGBoostModel, lightgbm: LightGBMModel, catboost: CatBoostModel };
let directory = '';
let cases: Case[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-shap-'));
  cases = (await runPython(script, undefined, [directory])) as Case[];
}, 120_000);
afterAll(() => rm(directory, { recursive: true }));

/** Largest difference, in units of the largest value: XGBoost and LightGBM's leaves are of a size, theirs sums in float32 or float64. */
function difference({ values, baseValues, outputs, features }: ShapResult, theirs: number[][][]): number {
  let most = 0;
  let scale = 0;
  for (const [i, row] of theirs.entries()) {
    for (const [k, own] of row.entries()) {
      for (const [j, value] of own.entries()) {
        const mine = j < features ? values[(i * outputs + k) * features + j] : baseValues[k];
        most = Math.max(most, Math.abs(mine - value));
        scale = Math.max(scale, Math.abs(value));
      }
    }
  }
  return most / scale;
}

const NAMES = [
  'xgb-binary',
  'xgb-multiclass',
  'xgb-dart',
  'xgb-forest',
  'xgb-categories',
  'xgb-linear',
  'lgb-binary',
  'lgb-multiclass',
  'lgb-regression',
  'lgb-forest',
  'lgb-categories',
  'lgb-zeros',
  'cat-binary',
  'cat-multiclass',
  'cat-depthwise',
  'cat-categories',
  'cat-pairs',
];

describe('Shapley values of the same models', () => {
  it.each(NAMES)("are the library's own, and shap's: %s", async (name) => {
    const found = cases.find((item) => item.name === name);
    if (!found) throw new Error(`no case ${name}`);
    const model = await importers[found.library].importNative(found.file);
    const result = await shapValues(model, found.X);
    // LightGBM's contributions of a forest are sums over its trees, where its predictions are their mean.
    if (name === 'lgb-forest')
      found.native = found.native.map((row) => row.map((own) => own.map((value) => value / 12)));
    expect(difference(result, found.native)).toBeLessThan(1e-6);
    if (found.path) expect(difference(result, found.path)).toBeLessThan(1e-6);
    if (found.interventional) {
      const beside = await shapValues(model, found.X, { background: found.background });
      expect(difference(beside, found.interventional)).toBeLessThan(1e-6);
    }
    if (!found.pairs) return;
    const { interactions, outputs, features } = await shapValues(model, found.X.slice(0, 10), { interactions: true });
    let scale = 0;
    let most = 0;
    for (const [p, value] of found.pairs.flat(3).entries()) {
      scale = Math.max(scale, Math.abs(value));
      most = Math.max(most, Math.abs(value - (interactions?.[p] ?? Number.NaN)));
    }
    expect(interactions).toHaveLength(10 * outputs * features * features);
    expect(most / scale).toBeLessThan(2e-6);
  });
});
