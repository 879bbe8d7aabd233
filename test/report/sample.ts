/** Training reports as `ModelTrainer` makes them, of made-up rows: what the tests of reports are about. */
import { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';
import { compareToBaseline } from '../../src/evaluation/compare.js';
import { evaluateSplit } from '../../src/evaluation/evaluate.js';
import type { ShapResult } from '../../src/explain/shap-result.js';
import { diagnosticsOf } from '../../src/report/diagnostics/diagnose.js';
import type { PredictedRows } from '../../src/report/diagnostics/diagnostics.js';
import type { ComparisonReport } from '../../src/report/model-comparison.js';
import type { CrossValidationSummary, ReportData, TuningSummary } from '../../src/report/report-data.js';
import type { TrainingReport } from '../../src/report/training-report.js';

export const DAY = 86_400_000;
const START = Date.UTC(2024, 0, 2);

/** Names that try to be markup, to run, and to break lines and tables. */
export const HOSTILE = [
  '<script>window.hacked = 1</script>',
  '"><img src=x onerror="window.hacked=2">',
  "'; alert(1); //",
  '</style><style>*{display:none}</style>',
  '</svg><script>window.hacked = 3</script>',
  'javascript:alert(1)',
  'a | b | `c` \n\u2028 d',
  '\u202egnp.exe',
  'x'.repeat(400),
  '&lt;b&gt; & <b>bold</b>',
  '',
  '\ud800 alone',
];

export interface SampleOptions {
  readonly rows?: number;
  readonly classes?: number;
  readonly featureNames?: readonly string[];
  readonly weighted?: boolean;
}

/** Rows whose scores are somewhat better than chance, an hour apart. */
export function predictedRows({ rows = 600, classes = 2, weighted = false }: SampleOptions, seed = 1): PredictedRows {
  const random = new Random(seed);
  const labels = Array.from({ length: classes }, (_, k) => k);
  const y = Float64Array.from({ length: rows }, () =>
    classes === 0 ? random.normal() : Math.floor(random.float() * classes),
  );
  const times = Float64Array.from({ length: rows }, (_, i) => START + (i * DAY) / 24);
  const weights = weighted ? Float64Array.from({ length: rows }, () => 0.5 + random.float()) : undefined;
  if (classes === 0) {
    const predictions = Float64Array.from(y, (value) => 0.6 * value + 0.5 * random.normal());
    return { y, times, predictions, classes: [], ...(weights && { weights }) };
  }
  const probabilities = Matrix.wrap(new Float32Array(rows * classes), classes);
  const predictions = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let k = 0; k < classes; k++) {
      const score = Math.exp(random.normal() + (y[i] === k ? 0.9 : 0));
      probabilities.data[i * classes + k] = score;
      sum += score;
    }
    let best = 0;
    for (let k = 0; k < classes; k++) {
      probabilities.data[i * classes + k] /= sum;
      if (probabilities.data[i * classes + k] > probabilities.data[i * classes + best]) best = k;
    }
    predictions[i] = best;
  }
  return { y, times, predictions, probabilities, classes: labels, ...(weights && { weights }) };
}

const scoredRows = ({ probabilities, ...rows }: PredictedRows) => ({
  ...rows,
  ...(probabilities instanceof Matrix && { probabilities }),
});

/** As the trainer writes it, without a training. */
export async function sampleReport(options: SampleOptions = {}): Promise<Omit<TrainingReport, 'metrics'>> {
  const { rows = 600, classes = 2 } = options;
  const task = classes === 0 ? 'regression' : 'classification';
  const validation = predictedRows(options, 2);
  const test = predictedRows(options, 3);
  const evaluate = (given: PredictedRows) => evaluateSplit(task, given, scoredRows(given));
  const prior = {
    ...test,
    probabilities: undefined,
    predictions: Float64Array.from(test.y, () => (classes === 0 ? 0 : 1)),
  };
  const comparison = compareToBaseline(test, scoredRows(test), scoredRows(prior), { seed: 1, resamples: 60 });
  const featureNames = options.featureNames ?? Array.from({ length: 26 }, (_, j) => `close_rolling_mean_${j + 1}`);
  const at = (i: number) => new Date(START + (i * DAY) / 24).toISOString();
  const split = (role: 'train' | 'validation' | 'test' | 'holdout', from: number, to: number) => ({
    ...{ role, rows: to - from, firstRow: from, lastRow: to - 1, from: at(from), to: at(to - 1) },
  });
  const splits = [
    split('train', 0, 3 * rows),
    split('validation', 3 * rows + 12, 4 * rows),
    split('test', 4 * rows + 20, 5 * rows),
  ];
  return {
    formatVersion: 1,
    runId: '20260102T030405Z-lightgbm-ES-1a2b3c4d',
    createdAt: '2026-01-02T03:04:05.000Z',
    model: {
      name: 'lightgbm',
      family: 'boosting',
      task,
      config: { numLeaves: 31, learningRate: 0.05, objective: 'binary' },
      classes: [...test.classes],
    },
    seed: 42,
    data: {
      ...{ symbol: 'ES', horizon: 20, featureNames },
      summary: {
        splits,
        features: featureNames.length,
        holdoutLocked: true,
        purged: [{ from: 'train', because: 'validation', rows: 12 }],
        embargoed: [],
        labelEnds: 'column',
      },
    },
    leakage: { ok: true, findings: [], checked: [{ check: 'time-order', roles: ['train', 'test'] }] },
    ledger: {
      ...{ formatVersion: 1, splits, testEvaluations: 1, holdoutUnlocks: [], refused: [] },
      uses: [
        {
          ...{
            order: 1,
            use: 'fit',
            by: 'lightgbm',
            role: 'train',
            rows: 3 * rows,
            firstRow: 0,
            lastRow: 3 * rows - 1,
            times: 1,
          },
          at: at(0),
          lastAt: at(0),
        },
        {
          ...{
            order: 2,
            use: 'evaluate',
            by: 'lightgbm',
            role: 'test',
            rows,
            firstRow: 4 * rows,
            lastRow: 5 * rows,
            times: 1,
          },
          at: at(1),
          lastAt: at(1),
        },
      ],
    },
    training: {
      ...{
        trainLoss: 0.5,
        valLoss: 0.6,
        trainAccuracy: 0.7,
        valAccuracy: 0.65,
        bestEpoch: 40,
        totalEpochs: 90,
        earlyStopped: true,
        trainingTime: 3.2,
      },
      history: Array.from({ length: 90 }, (_, i) => ({
        epoch: i + 1,
        trainLoss: 0.7 - 0.003 * i,
        valLoss: 0.68 + 0.00004 * (i - 40) ** 2,
      })),
      warnings: [],
    },
    evaluations: { train: evaluate(predictedRows(options, 4)), validation: evaluate(validation), test: evaluate(test) },
    baselines: [{ name: 'prior', description: 'class shares', evaluations: { test: evaluate(prior) }, comparison }],
    verdict: { beatsBaseline: true, split: 'test', metric: comparison.metric, text: 'lightgbm beats every baseline.' },
    featureImportance: { kind: 'gain', features: featureNames.map((name, j) => ({ name, value: 100 / (j + 1) })) },
    diagnostics: { validation: await diagnosticsOf(validation), test: await diagnosticsOf(test) },
    warnings: ['Something to know.'],
    environment: { holdfast: '0.1.0', node: 'v20.20.2', platform: 'linux-x64', threads: 2 },
  };
}

export function sampleShap(featureNames: readonly string[], rows = 400): ShapResult {
  const random = new Random(9);
  const features = featureNames.length;
  const data = Matrix.wrap(new Float32Array(rows * features), features);
  const values = new Float64Array(rows * features);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < features; j++) {
      const x = random.normal();
      data.data[i * features + j] = random.float() < 0.02 ? Number.NaN : x;
      values[i * features + j] = (0.5 * x + 0.2 * random.normal()) / (1 + j);
    }
  return {
    ...{ values, rows, features, outputs: 1, featureNames, data },
    ...{ baseValues: Float64Array.of(0.1), outputNames: ['margin'], unit: 'raw', method: 'tree-path-dependent' },
  };
}

export function sampleTuning(
  trials = 60,
  names = ['learning_rate', 'num_leaves', 'lambda_l2', 'boosting'],
): TuningSummary {
  const random = new Random(5);
  const all = Array.from({ length: trials }, (_, number) => {
    const [rate, leaves, l2, mode] = [
      10 ** (-3 + 2 * random.float()),
      Math.floor(4 + 60 * random.float()),
      10 * random.float(),
      random.float() < 0.5,
    ];
    const params = { [names[0]]: rate, [names[1]]: leaves, [names[2]]: l2, [names[3]]: mode ? 'gbdt' : 'dart' };
    const pruned = random.float() < 0.15;
    return {
      number,
      state: pruned ? 'pruned' : 'complete',
      value: pruned ? null : 0.6 + 0.05 * random.float() + 0.01 * Math.log10(rate),
      params,
    };
  });
  const best = all.filter(({ value }) => value !== null).reduce((a, b) => ((b.value ?? 0) > (a.value ?? 0) ? b : a));
  return {
    ...{ name: 'es-lightgbm', metric: 'rocAuc', direction: 'maximize', trials: all },
    best: { number: best.number, value: best.value ?? 0 },
    parameters: names.map((name, i) => ({ name, log: i === 0, ...(i === 3 && { choices: ['gbdt', 'dart'] }) })),
  };
}

export const sampleFolds: CrossValidationSummary = {
  ...{ metric: 'logLoss', mean: 0.68, std: 0.01, rows: 1000, leftOut: 0 },
  times: Array.from({ length: 25 }, (_, i) => ({ place: Math.round((i * 999) / 24), time: START + i * DAY })),
  folds: Array.from({ length: 5 }, (_, fold) => {
    const [from, to] = [fold * 200, fold * 200 + 200];
    const spans = [
      { use: 'train' as const, from: 0, to: from - 10 },
      { use: 'unused' as const, from: from - 10, to: from },
      { use: 'test' as const, from, to },
      { use: 'unused' as const, from: to, to: to + 25 },
      { use: 'train' as const, from: to + 25, to: 1000 },
    ].filter((span) => span.from >= 0 && span.to > span.from && span.to <= 1000);
    return { name: `Fold ${fold + 1}`, score: 0.67 + fold / 200, trainRows: 765, testRows: 200, unusedRows: 35, spans };
  }),
};

/** A report with every part. */
export async function fullReport(options: SampleOptions = {}): Promise<ReportData> {
  const report = await sampleReport(options);
  return {
    ...report,
    tuning: sampleTuning(),
    crossValidation: sampleFolds,
    lineage: { dataHash: 'sha256:1f0c', commit: 'abc1234' },
  };
}

/** What `trainAll` gives: two models, a baseline, one that failed, one that was skipped; one with its results. */
export async function sampleComparison() {
  const { evaluations, model, ledger, environment, data } = await sampleReport();
  const evaluation = evaluations.validation;
  if (!evaluation) throw new Error('the sample has no validation scores');
  const entry = { evaluation, runId: 'r', config: model.config, trainedRows: 900, bestEpoch: 3, totalEpochs: 9 };
  const difference = { interval: { lower: 0.01, upper: 0.03, confidence: 0.95 }, pValue: 0.002, adjustedPValue: 0.004 };
  const report: ComparisonReport = {
    ...{
      formatVersion: 1,
      comparisonId: 'c-1',
      createdAt: '2026-01-02T03:04:05.000Z',
      task: 'classification',
      seed: 1,
    },
    metric: { name: 'logLoss', direction: 'minimize' },
    data: { ...data, validationRows: 600, comparedRows: 590 },
    significance: {
      ...{ method: 'paired block bootstrap', resamples: 2000, blockLength: 20, confidence: 0.95 },
      correction: 'holm',
      comparisons: 3,
    },
    winner: 'lightgbm',
    models: [
      { ...entry, label: 'lightgbm', name: 'lightgbm', rank: 1, value: 0.66, trainingTime: 2 },
      {
        ...entry,
        label: HOSTILE[0],
        name: 'logistic',
        rank: 2,
        value: 0.68,
        trainingTime: 1,
        difference: { ...difference, value: 0.02, significant: true },
      },
    ],
    baselines: [
      {
        evaluation,
        label: 'prior',
        description: 'shares',
        value: 0.67,
        difference: { ...difference, value: 0.01, significant: false },
      },
    ],
    failed: [{ label: 'svm', name: 'svm', error: { name: 'Error', message: HOSTILE[1] } }],
    skipped: [{ name: 'ridge', reason: 'it is not for classification' }],
    verdict: { text: 'lightgbm has the best logLoss.', beatsBaselines: false, ties: [] },
    ...{ ledger, warnings: ['Something to know.'], environment },
  };
  const { diagnostics } = await sampleReport();
  const results = [{ label: 'lightgbm', report: { ...(await sampleReport()), diagnostics } as never }];
  return { report, results };
}
