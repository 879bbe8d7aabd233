/** Coefficients, objective, standard errors and cross-validated C equal scikit-learn's, on its real data sets and on random weighted ones. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { LogisticRegressionModel } from '../../src/classical/logistic/model.js';
import { predictLogistic } from '../../src/classical/logistic/predict.js';
import { type LogisticOptions, trainLogistic } from '../../src/classical/logistic/train.js';
import { Matrix } from '../../src/core/matrix.js';
import { difference, randomProblem, toRows } from '../classical/logistic/problems.js';
import { runPython } from './python.js';

const script = fileURLToPath(new URL('./logistic.py', import.meta.url));

type Problem = LogisticOptions & {
  dataset?: 'iris' | 'wine' | 'breast_cancer' | 'digits';
  scaled?: boolean;
  /** lbfgs (saga for L1) unless it would hardly arrive (unscaled columns). */
  sklearnSolver?: 'newton-cholesky';
  X?: number[][];
  y?: number[];
  weights?: number[];
};

interface Fit {
  coef: number[][];
  intercept: number[];
  objective: number;
  probabilities: number[][];
  standardErrors?: number[][];
  crossValidation?: { C: number; scores: number[][] };
  X: number[][];
  y: number[];
}

const raw = { sklearnSolver: 'newton-cholesky' } as const;

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
  'iris, scaled, L1': { dataset: 'iris', scaled: true, penalty: 'l1' },
  'wine, scaled, L1, strong': { dataset: 'wine', scaled: true, penalty: 'l1', C: 0.1 },
  'wine, scaled, elastic net, balanced': {
    dataset: 'wine',
    scaled: true,
    penalty: 'elasticnet',
    classWeight: 'balanced',
  },
  'breast cancer, scaled, L1': { dataset: 'breast_cancer', scaled: true, penalty: 'l1', C: 0.2 },
  'breast cancer, scaled, elastic net': { dataset: 'breast_cancer', scaled: true, penalty: 'elasticnet', l1Ratio: 0.8 },
  'random, weighted, L1, no intercept': random(6, 400, 12, 2, { penalty: 'l1', C: 0.1, fitIntercept: false }),
  'random, weighted, four classes, elastic net': random(7, 600, 8, 4, { penalty: 'elasticnet', C: 0.2, l1Ratio: 0.3 }),
  'random, weighted, more features than rows, L1': random(8, 60, 90, 2, { penalty: 'l1', C: 0.5 }),
  'random, weighted, smooth penalty by coordinate descent': random(9, 300, 10, 3, { solver: 'coordinate', C: 2 }),
  'iris, scaled, one against the rest': { dataset: 'iris', scaled: true, multiClass: 'ovr' },
  'random, weighted, one against the rest, L1': random(10, 400, 6, 4, { multiClass: 'ovr', penalty: 'l1', C: 0.3 }),
};

function random(seed: number, rows: number, cols: number, classes: number, options: LogisticOptions): Problem {
  const { X, y, weights } = randomProblem(seed, rows, cols, classes);
  return { X: toRows(X), y: [...y], weights: [...weights], ...options };
}

const withErrors: Record<string, Problem> = {
  'two classes, no penalty': random(21, 300, 4, 2, { penalty: 'none' }),
  'two classes, L2': random(22, 200, 5, 2, { C: 0.5 }),
  'four classes, L2': random(23, 300, 3, 4, { C: 2 }),
  'three classes, no penalty': random(24, 300, 3, 3, { penalty: 'none' }),
};

const Cs = [0.001, 0.01, 0.1, 1, 10];
const { weights: _weights, ...unweighted } = random(31, 240, 8, 3, {});

describe("logistic regression and scikit-learn's", async () => {
  const requests = [
    ...Object.values(problems).map((problem) => ({ ...problem, returnData: true })),
    ...Object.values(withErrors).map((problem) => ({ ...problem, standardErrors: true })),
    { ...unweighted, Cs, folds: 4 },
  ];
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
    const probabilities = predictLogistic(result.coefficients, data.X).data.subarray(
      0,
      fit.probabilities.flat().length,
    );
    expect(difference(probabilities, fit.probabilities.flat())).toBeLessThan(1e-4);
  });

  it.each(Object.keys(withErrors))("have the standard errors of numpy's inverse information: %s", async (name) => {
    const problem = withErrors[name];
    const fit = fits[Object.keys(problems).length + Object.keys(withErrors).indexOf(name)];
    const classes = [...new Set(problem.y)].sort((a, b) => a - b);
    const data = {
      X: Matrix.from(problem.X ?? []),
      y: Float64Array.from(problem.y ?? []),
      weights: problem.weights,
      classes,
    };
    const { standardErrors } = await trainLogistic(data, { ...problem, standardErrors: true }, { threads: 2 });
    const want = fit.standardErrors ?? [];
    expect(
      difference(
        standardErrors?.weights ?? [],
        want.flatMap((row) => row.slice(0, -1)),
      ),
    ).toBeLessThan(1e-5);
    expect(
      difference(
        standardErrors?.intercept ?? [],
        want.map((row) => row[row.length - 1]),
      ),
    ).toBeLessThan(1e-5);
  });

  it('choose C by cross-validation as LogisticRegressionCV does, with its scores', async () => {
    const model = new LogisticRegressionModel({ Cs, folds: 4, foldKind: 'blocks' });
    await model.fit({ X: unweighted.X ?? [], y: unweighted.y ?? [] }, { threads: 2 });
    const want = fits[fits.length - 1].crossValidation;
    expect(model.C).toBe(want?.C);
    const scores = model.regularizationPath?.foldLogLoss.flat().map((loss) => -loss) ?? [];
    expect(difference(scores, want?.scores.flat() ?? [])).toBeLessThan(1e-5);
  });
});
