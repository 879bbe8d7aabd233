/** Resamples, intervals and tests of an evaluation against scikit-learn, scipy and numpy. */
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';
import { automaticBlockLength } from '../../src/evaluation/bootstrap/block-length.js';
import { drawer } from '../../src/evaluation/bootstrap/draws.js';
import { replicateOf } from '../../src/evaluation/bootstrap/replicate.js';
import { measureModel } from '../../src/evaluation/measure-model.js';
import { aucVariance, delongTest } from '../../src/metrics/delong.js';
import { runPython } from './python.js';

interface Peer {
  weighted: Record<string, number>[];
  stratified: Record<string, number>;
  accelerated: [number, number, number];
  blocks: Record<'stationary' | 'circular' | 'moving', number>;
  delong: { aucs: number[]; variances: number[]; z: number; p: number };
  lengths: [number, number][];
}

const random = new Random(17);
const n = 500;
const y = Float64Array.from({ length: n }, () => (random.float() < 0.35 ? 1 : 0));
/** Probabilities on a grid, so that scores are tied; float32 as a model's are. */
const score = (signal: number) =>
  y.map((label) => Math.fround(0.02 + 0.96 * (Math.round(50 * (0.7 * random.float() + signal * label)) / 60)));
const p = score(0.25);
const q = score(0.2);
const label = p.map((v) => (v >= 0.5 ? 1 : 0));
const w = y.map(() => random.int(4) / 2);
/** Exactly these numbers, in both columns. */
const table = (values: Float64Array) => Matrix.from(Array.from(values, (v) => [1 - v, v]));
const skewed = Float64Array.from({ length: 150 }, () => Math.exp(1.2 * random.normal()));
const autoregressive = (length: number, phi: number) => {
  let x = 0;
  return Float64Array.from({ length }, () => {
    x = phi * x + random.normal();
    return x;
  });
};
const series = autoregressive(800, 0.7).map((v) => v + 100);
const manySeries = [0, 0.3, 0.6, 0.9, -0.5].flatMap((phi) => [autoregressive(200, phi), autoregressive(1000, phi)]);

const draw = drawer({ rows: n }, { resampling: 'circular', blockLength: 4, seed: 3 });
const counts = Array.from({ length: 8 }, (_, sample) => {
  const out = new Uint32Array(n);
  draw(sample, out);
  return out;
});
let peer: Peer;

beforeAll(async () => {
  const script = fileURLToPath(new URL('./evaluation_peer.py', import.meta.url));
  peer = (await runPython(script, { y, p, q, label, w, counts, skewed, series, manySeries })) as Peer;
}, 60_000);

/** The mean of a series as the mean absolute error of predicting 0. */
const meanOf = (values: Float64Array) => ({
  model: 'm',
  task: 'regression' as const,
  splits: { test: { y: values, output: { predictions: new Float64Array(values.length), classes: [] } } },
});

describe('an evaluation', () => {
  it('a resample is scikit-learn with the counts as weights', () => {
    const replicate = replicateOf({
      task: 'classification',
      y,
      weights: w,
      predictions: label,
      probabilities: table(p),
      classes: [0, 1],
      precisionAt: [],
      areas: true,
    });
    const out = new Float64Array(replicate.names.length);
    for (const [sample, expected] of peer.weighted.entries()) {
      replicate.compute(counts[sample], out, 0);
      for (const [name, value] of Object.entries(expected))
        expect(Math.abs(out[replicate.names.indexOf(name as 'f1')] - value), name).toBeLessThan(1e-8);
    }
  });

  it('standard errors of every metric are those of a loop over scikit-learn', async () => {
    const output = { predictions: label, probabilities: table(p), classes: [0, 1] };
    const { splits } = await measureModel({ model: 'm', task: 'classification', splits: { test: { y, output } } });
    for (const [name, expected] of Object.entries(peer.stratified)) {
      const own = splits.test?.intervals[name as 'f1']?.standardError ?? Number.NaN;
      // 250 and 1,000 resamples: each standard error is known to a few percent.
      expect(Math.abs(own / expected - 1), name).toBeLessThan(0.2);
    }
  });

  it("bias-corrected and accelerated intervals are scipy's", async () => {
    const { splits } = await measureModel(meanOf(skewed), { bootstrap: { samples: 20_000, interval: 'bca' } });
    const interval = splits.test?.intervals.mae;
    const [low, high, error] = peer.accelerated;
    expect(interval?.method).toBe('bca');
    expect(Math.abs((interval?.lower ?? 0) - low)).toBeLessThan(0.06 * error);
    expect(Math.abs((interval?.upper ?? 0) - high)).toBeLessThan(0.12 * error);
    expect(interval?.standardError).toBeCloseTo(error, 1);
  });

  it.each(['stationary', 'circular', 'moving'] as const)(
    '%s blocks keep the dependence that numpy keeps',
    async (resampling) => {
      const bootstrap = { samples: 4000, resampling, blockLength: 20 };
      const { splits } = await measureModel(meanOf(series), { bootstrap });
      const own = splits.test?.intervals.mae?.standardError ?? Number.NaN;
      expect(Math.abs(own / peer.blocks[resampling] - 1)).toBeLessThan(0.06);
    },
  );

  it("DeLong's variances and test are those of the matrix of all pairs", () => {
    const { aucs, variances, z, p: pValue } = peer.delong;
    expect(aucVariance(y, p).variance).toBeCloseTo(variances[0], 14);
    expect(aucVariance(y, q).variance).toBeCloseTo(variances[1], 14);
    const test = delongTest(y, p, q);
    expect(test.aucs[0]).toBeCloseTo(aucs[0], 13);
    expect(test.z).toBeCloseTo(z, 9);
    expect(test.pValue).toBeCloseTo(pValue, 12);
  });

  it('block lengths are those of Politis and White in numpy', () => {
    for (const [i, [stationary, circular]] of peer.lengths.entries()) {
      const own = automaticBlockLength(manySeries[i]);
      expect(own.stationary).toBeCloseTo(stationary, 8);
      expect(own.circular).toBeCloseTo(circular, 8);
    }
  });
});
