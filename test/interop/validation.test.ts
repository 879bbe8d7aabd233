/** Folds equal scikit-learn's, and so do the scores of cross-validated pipelines. */
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { registerBuiltins } from '../../src/builtin.js';
import { Matrix } from '../../src/core/matrix.js';
import { GroupKFold } from '../../src/splits/group-k-fold.js';
import { KFold } from '../../src/splits/k-fold.js';
import type { Splitter } from '../../src/splits/splitter.js';
import { StratifiedKFold } from '../../src/splits/stratified-k-fold.js';
import { WalkForward } from '../../src/splits/walk-forward.js';
import { crossValidate } from '../../src/validation/cross-validate.js';
import { randomProblem, toRows } from '../classical/logistic/problems.js';
import { runPython } from './python.js';

const script = fileURLToPath(new URL('./validation.py', import.meta.url));

beforeAll(() => registerBuiltins());

interface FoldCase {
  ask: 'folds';
  splitter: string;
  options: object;
  rows: number;
  y?: number[];
  groups?: number[];
}

const count = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
/** Group g has a size of its own, so that the order of the groups has no ties. */
const groups = count(9).flatMap((g) => new Array<number>(3 + ((g * 5) % 9)).fill(g * 11));

const cases: [FoldCase, Splitter][] = [
  ...[3, 7, 10].map((n): [FoldCase, Splitter] => [
    { ask: 'folds', splitter: 'KFold', options: { n_splits: n }, rows: 53 },
    new KFold({ folds: n }),
  ]),
  ...[2, 5].map((n): [FoldCase, Splitter] => [
    {
      ask: 'folds',
      splitter: 'StratifiedKFold',
      options: { n_splits: n },
      rows: 61,
      y: count(61).map((i) => [2, 0, 0, 1, 2, 0][(i * i) % 6]),
    },
    new StratifiedKFold({ folds: n }),
  ]),
  ...[2, 4].map((n): [FoldCase, Splitter] => [
    { ask: 'folds', splitter: 'GroupKFold', options: { n_splits: n }, rows: groups.length, groups },
    new GroupKFold({ folds: n }),
  ]),
  [{ ask: 'folds', splitter: 'TimeSeriesSplit', options: { n_splits: 4 }, rows: 58 }, new WalkForward({ folds: 4 })],
  [
    {
      ask: 'folds',
      splitter: 'TimeSeriesSplit',
      options: { n_splits: 3, max_train_size: 15, test_size: 9, gap: 2 },
      rows: 58,
    },
    new WalkForward({ folds: 3, window: 'rolling', trainSize: 15, testSize: 9, gap: 2 }),
  ],
];

const classified = randomProblem(1, 240, 6, 2);
const scored = [
  {
    task: 'classification',
    C: 0.5,
    scoring: ['accuracy', 'roc_auc', 'neg_log_loss'],
    splitter: 'StratifiedKFold',
    options: { n_splits: 5 },
    X: toRows(classified.X),
    y: [...classified.y],
  },
  {
    task: 'regression',
    alpha: 2,
    scoring: ['r2', 'neg_root_mean_squared_error'],
    splitter: 'KFold',
    options: { n_splits: 4 },
    X: toRows(classified.X),
    y: toRows(classified.X).map(([a, b], i) => a - 2 * b + Math.sin(i)),
  },
].map((problem) => ({ ask: 'scores', ...problem }));

it('equal folds and scores', { timeout: 60_000 }, async () => {
  const answers = (await runPython(script, [...cases.map(([ask]) => ask), ...scored])) as unknown[];
  for (const [i, [{ rows, y, groups: of }, splitter]] of cases.entries()) {
    const found = [...splitter.split({ rows, y, groups: of })].map(({ train, test }) => ({
      train: [...train],
      test: [...test],
    }));
    expect(found).toEqual(answers[i]);
  }
  const [classes, values] = answers.slice(cases.length) as Record<string, number[]>[];
  const preprocessing = { scaling: 'standard' } as const;
  const data = (p: number) =>
    ({ role: 'train', X: Matrix.from(scored[p].X), y: Float64Array.from(scored[p].y) }) as const;
  const ours = await crossValidate({ preprocessing, model: 'logistic', config: { C: 0.5, tol: 1e-8 } }, data(0), {
    splitter: new StratifiedKFold({ folds: 5 }),
    metrics: ['accuracy', 'roc_auc', 'logLoss'],
  });
  close(ours.scores.rocAuc.test.values, classes.test_roc_auc);
  close(ours.scores.rocAuc.train?.values ?? [], classes.train_roc_auc);
  close(ours.scores.accuracy.test.values, classes.test_accuracy);
  close(
    ours.scores.logLoss.test.values,
    classes.test_neg_log_loss.map((v) => -v),
  );
  close(
    ours.scores.logLoss.train?.values ?? [],
    classes.train_neg_log_loss.map((v) => -v),
  );
  const ridge = await crossValidate(
    { preprocessing, model: 'ridge', config: { task: 'regression', alphas: [2] } },
    data(1),
    {
      splitter: new KFold({ folds: 4 }),
      metrics: ['r2', 'rmse'],
    },
  );
  close(ridge.scores.r2.test.values, values.test_r2);
  close(ridge.scores.r2.train?.values ?? [], values.train_r2);
  close(
    ridge.scores.rmse.test.values,
    values.test_neg_root_mean_squared_error.map((v) => -v),
  );
});

/** Features are float32 once scaled. */
function close(found: readonly number[], expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(Math.abs(found[i] - value)).toBeLessThan(2e-6);
}
