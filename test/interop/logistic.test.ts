/** Coefficients and objective equal scikit-learn's at the same objective, on its real data sets and on random weighted ones. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type LogisticOptions, trainLogistic } from '../../src/classical/logistic/train.js';
import { Matrix } from '../../src/core/matrix.js';
import { difference, randomProblem, toRows } from '../classical/logistic/problems.js';
import { runPython } from './python.js';

const script = fileURLToPath(new URL('./logistic.py', import.meta.url));

type Problem = LogisticOptions & {
  dataset?: 'iris' | 'wine' | 'breast_cancer' | 'digits';
  scaled?: boolean;
  /** scikit-learn's; lbfgs unless it would hardly arrive (unscaled columns). */
  solver?: 'newton-cholesky';
  X?: number[][];
  y?: number[];
  weights?: number[];
};

interface Fit {
  coef: number[][];
  intercept: number[];
  objective: number;
  probabilities: number[][];
  X: number[][];
  y: number[];
}

const raw = { solver: 'newton-cholesky' } as const;

const problems: Record<string, Problem> = {
  'iris, raw': { dataset: 'iris', ...raw },
  'iris, scaled': { dataset: 'iris', scaled: true },
  'iris, scaled, weak penalty': { dataset: 'iris', scaled: true, C: 100 },
  'wine, raw': { dataset: 'wine', ...raw },
  'wine, scaled, balanced': { dataset: 'wine', scaled: true, classWeight: 'balanced' },
  'wine, scaled, no intercept': { dataset: 'wine', scaled: true, fitIntercept: false },
  'breast cancer, raw': { dataset: 'breast_cancer', ...raw },
  'breast cancer, scaled': { dataset: 'breast_cancer', scaled: true },
  'digits, raw': { dataset: 'digits', ...raw },
  'digits, scaled': { dataset: 'digits', scaled: true },
  'random, weighted': random(1, 400, 6, 2, { C: 0.3 }),
  'random, weighted, four classes': random(2, 600, 8, 4, { C: 5 }),
  'random, weighted, class weights': random(3, 300, 5, 3, { classWeight: { 0: 3, 1: 0.2, 2: 1 } }),
  'random, weighted, no penalty': random(4, 500, 4, 3, { penalty: 'none' }),
  'random, more features than rows': random(5, 40, 100, 3, {}),
};

function random(seed: number, rows: number, cols: number, classes: number, options: LogisticOptions): Problem {
  const { X, y, weights } = randomProblem(seed, rows, cols, classes);
  return { X: toRows(X), y: [...y], weights: [...weights], ...options };
}

describe("logistic regression and scikit-learn's", async () => {
  const requests = Object.values(problems).map((problem) => ({ ...problem, returnData: true }));
  const { fits } = (await runPython(script, requests)) as { fits: Fit[] };

  it.each(Object.keys(problems))('agree: %s', async (name) => {
    const problem = problems[name];
    const fit = fits[Object.keys(problems).indexOf(name)];
    const classes = [...new Set(fit.y)].sort((a, b) => a - b);
    const y = Float64Array.from(fit.y, (label) => classes.indexOf(label));
    const data = { X: Matrix.from(fit.X), y, weights: problem.weights, classes };
    const result = await trainLogistic(data, problem, { threads: 2 });
    expect(result.converged).toBe(true);
    expect(difference(result.coefficients.weights, fit.coef.flat())).toBeLessThan(1e-4);
    expect(difference(result.coefficients.intercept, fit.intercept)).toBeLessThan(1e-4);
    expect(Math.abs(result.objective / fit.objective - 1)).toBeLessThan(1e-6);
  });
});
