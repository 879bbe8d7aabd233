/** Calibrators equal scikit-learn's on the same scores: to 1e-6, isotonic to rounding. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { IsotonicCalibrator } from '../../src/calibration/isotonic.js';
import { PlattCalibrator } from '../../src/calibration/platt.js';
import { applyProbabilityMap, fitProbabilityMap } from '../../src/calibration/probability-map.js';
import { sigmoid } from '../../src/core/math.js';
import { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';
import { difference } from '../classical/logistic/problems.js';
import { runPython } from './python.js';

const script = fileURLToPath(new URL('./calibration_peer.py', import.meta.url));

/** Scores (rounded: some are equal), labels that depend on them, weights. */
function single(seed: number, n: number, round: (score: number) => number, weighted: boolean) {
  const random = new Random(seed);
  const scores = Array.from({ length: n }, () => round(2 * random.normal()));
  const labels = scores.map((score, i) => (i < 2 ? i : Number(random.float() < sigmoid(0.8 * score - 0.3))));
  const weights = scores.map(() => 0.25 + random.float());
  const grid = Array.from({ length: 101 }, (_, i) => (i - 50) / 10);
  return { scores, labels, grid, ...(weighted ? { weights } : {}) };
}

function joint(seed: number, n: number, classes: number) {
  const random = new Random(seed);
  const row = () => {
    const e = Array.from({ length: classes }, () => Math.exp(1.5 * random.normal()));
    const sum = e.reduce((a, b) => a + b, 0);
    return e.map((v) => Math.fround(v / sum));
  };
  const P = Array.from({ length: n }, row);
  const y = P.map((p, i) => (i < classes ? i : random.float() < 0.6 ? p.indexOf(Math.max(...p)) : random.int(classes)));
  return { P, y, weights: P.map(() => 0.5 + random.float()), grid: Array.from({ length: 60 }, row) };
}

const cases = {
  single: [
    single(1, 400, (s) => s, false),
    single(2, 400, (s) => s, true),
    single(3, 300, (s) => Math.round(4 * s) / 4, true),
    single(4, 12, (s) => Math.round(s), false),
    single(5, 2000, (s) => s, true),
  ],
  joint: [joint(11, 500, 2), joint(12, 600, 3), joint(13, 900, 6)],
};

interface Answers {
  single: Record<'platt' | 'isotonic', number[]>[];
  joint: Record<'isotonic' | 'temperature', number[][]>[];
}

describe("calibrators and scikit-learn's", async () => {
  const answers = (await runPython(script, cases)) as Answers;

  it.each(cases.single.map((_, i) => i))('agree on scores of one class, case %i', (i) => {
    const { scores, labels, weights, grid } = cases.single[i];
    const isotonic = new IsotonicCalibrator().fit(scores, labels, weights).transform(grid);
    expect(difference(isotonic, answers.single[i].isotonic)).toBeLessThan(1e-10);
    const platt = new PlattCalibrator().fit(scores, labels, weights).transform(grid);
    expect(difference(platt, answers.single[i].platt)).toBeLessThan(1e-5);
  });

  it.each(cases.joint.map((_, i) => i))('agree on probabilities of all classes, case %i', (i) => {
    const { P, y, weights, grid } = cases.joint[i];
    for (const method of ['isotonic', 'temperature'] as const) {
      const map = fitProbabilityMap(method, Matrix.from(P), y, weights);
      const got = applyProbabilityMap(map, Matrix.from(grid));
      expect(difference(got.data, answers.joint[i][method].flat())).toBeLessThan(1e-6);
    }
  });
});
