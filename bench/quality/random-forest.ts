/**
 * The quality of random forests beside scikit-learn's: real data sets, one split each, many seeds on both sides. Forests draw different numbers,
 * so what counts is the difference of the means measured by what scikit-learn's own seeds differ by.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Random } from '../../src/core/random.js';
import { accuracy } from '../../src/metrics/accuracy.js';
import { logLoss } from '../../src/metrics/log-loss.js';
import { rmse } from '../../src/metrics/regression.js';
import { rocAuc } from '../../src/metrics/roc-auc.js';
import { python } from '../../test/interop/python.js';
import type { BenchmarkOptions, BenchmarkReport } from '../benchmark.js';
import { runSide } from '../harness.js';
import { describeMachine, describeVersions } from '../machine.js';
import { probabilityMatrix } from '../probabilities.js';
import { QUALITY_SETS, type QualityRows, type QualitySet, readQualitySet } from './sets.js';

const PARAMS: Record<string, Record<string, number>> = {
  defaults: { n_estimators: 100 },
  'leaves of 5 rows': { n_estimators: 100, min_samples_leaf: 5 },
};
/** Fewer say too little: sets without any difference then lie four standard errors apart now and again. */
const SEEDS = 8;
/** On small sets a single row moves the metrics: more seeds there, which cost little. */
const SMALL = { rows: 3000, seeds: 24 };
/** scikit-learn takes most of the time. */
const MOST_ROWS = 8000;
/** Of every kind: few and many columns, codes, missing values, two to ten classes, targets. */
const SETS = [
  'bank-marketing',
  'adult',
  'give-me-credit',
  'catboost-higgs',
  'breast-cancer',
  'digits',
  'dermatology',
  'wine',
  'lightgbm-multiclass',
  'california-housing',
  'diabetes',
  'air-quality',
  'beijing-pm25',
];

type Metrics = Record<string, number[]>;

interface SetResult {
  name: string;
  params: string;
  rows: number;
  cols: number;
  ours: Metrics;
  native: Metrics;
}

const cache = fileURLToPath(new URL('../.cache/', import.meta.url));
const sides = fileURLToPath(new URL('../sides/', import.meta.url));

export async function run(options: BenchmarkOptions): Promise<BenchmarkReport> {
  const known = SETS.flatMap((name) => QUALITY_SETS.filter((set) => set.name === name));
  const sets = options.cases ? known.filter(({ name }) => options.cases?.includes(name)) : known;
  const results: SetResult[] = [];
  for (const set of sets) {
    const rows = readQualitySet({ ...set, maxRows: Math.min(set.maxRows ?? MOST_ROWS, MOST_ROWS) });
    const count = options.quick ? 3 : rows.y.length < SMALL.rows ? SMALL.seeds : SEEDS;
    const seeds = Array.from({ length: count }, (_, k) => k + 1);
    const { data, test } = writeSplit(set.name, rows, seeds);
    for (const params of Object.keys(PARAMS)) {
      const both: Metrics[] = [];
      for (const side of ['ours', 'native'] as const)
        both.push(await scoresOf(side, set, rows, data, test, seeds, params));
      const [ours, native] = both;
      const result = { name: set.name, params, rows: rows.y.length, cols: rows.cols, ours, native };
      results.push(result);
      const seen = Object.keys(ours).map((metric) => `${metric} ${worseBy(result, metric).toFixed(2)}`);
      options.log(`${set.name}, ${params}: worse by ${seen.join(', ')} standard errors`);
    }
    rmSync(data, { recursive: true });
  }
  const versions = describeVersions(python(), ['sklearn', 'numpy']);
  return {
    result: { versions, machine: { cpu: describeMachine().cpu }, results },
    markdown: table(results, versions),
    partial: sets.length < known.length,
  };
}

/** A quarter of the rows held out, classes in equal shares; the same for every seed. */
function writeSplit(
  name: string,
  { X, y, classes }: QualityRows,
  seeds: readonly number[],
): { data: string; test: number[] } {
  const data = `${cache}quality-forest-${name}-${process.pid}/`;
  mkdirSync(data, { recursive: true });
  writeFileSync(`${data}X.f32`, X);
  writeFileSync(`${data}y.f32`, y);
  const order = Array.from(new Random(1).permutation(y.length));
  if (classes > 0) order.sort((a, b) => y[a] - y[b]);
  const part = (held: boolean) => order.filter((_, k) => (k % 4 === 0) === held);
  for (const seed of seeds) {
    writeFileSync(`${data}test-${seed}.i32`, Int32Array.from(part(true)));
    writeFileSync(`${data}train-${seed}.i32`, Int32Array.from(part(false)));
  }
  return { data, test: part(true) };
}

async function scoresOf(
  side: 'ours' | 'native',
  { task }: QualitySet,
  { y, cols, classes }: QualityRows,
  data: string,
  test: readonly number[],
  seeds: readonly number[],
  params: string,
): Promise<Metrics> {
  const program: [string, ...string[]] =
    side === 'ours' ? [process.execPath, `${sides}quality-ours.mjs`] : [python(), `${sides}quality_native.py`];
  const splits = seeds.map((seed) => ({ name: String(seed), seed }));
  const common = {
    side,
    library: 'random_forest',
    data,
    splits,
    task,
    classes,
    cols,
    categorical: [],
    weighted: false,
  };
  await runSide(program, { ...common, params: PARAMS[params] }, { OMP_NUM_THREADS: '1' });
  const labels = Float64Array.from(test, (i) => y[i]);
  const metrics: Metrics = {};
  for (const { name } of splits) {
    const { buffer, byteOffset, byteLength } = readFileSync(`${data}${side}-${name}.f64`);
    const values = new Float64Array(buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer);
    for (const [metric, value] of Object.entries(metricsOf(task, labels, values, classes)))
      (metrics[metric] ??= []).push(value);
  }
  return metrics;
}

function metricsOf(
  task: QualitySet['task'],
  labels: Float64Array,
  values: Float64Array,
  classes: number,
): Record<string, number> {
  if (task === 'regression') return { RMSE: rmse(labels, values) };
  const probabilities = task === 'binary' ? values : probabilityMatrix(values, classes);
  const predicted = Float64Array.from(labels, (_, i) => {
    if (task === 'binary') return values[i] > 0.5 ? 1 : 0;
    const row = Array.from(values.subarray(i * classes, (i + 1) * classes));
    return row.indexOf(Math.max(...row));
  });
  return {
    accuracy: accuracy(labels, predicted),
    'log-loss': logLoss(labels, probabilities),
    AUC: rocAuc(labels, probabilities, { multiClass: 'ovr', average: 'macro' }),
  };
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const deviation = (values: readonly number[]) =>
  Math.sqrt(values.reduce((sum, v) => sum + (v - mean(values)) ** 2, 0) / Math.max(1, values.length - 1));

/** How much worse ours is in the mean; below 0 it is better. */
function difference({ ours, native }: SetResult, metric: string): number {
  const sign = metric === 'AUC' || metric === 'accuracy' ? -1 : 1;
  const value = sign * (mean(ours[metric]) - mean(native[metric]));
  return Math.abs(value) < 1e-12 ? 0 : value;
}

/** The same in standard errors of that difference, from both sides' seeds together: each alone may be 0 by chance. */
function worseBy(result: SetResult, metric: string): number {
  const { ours, native } = result;
  const spread = Math.sqrt((deviation(ours[metric]) ** 2 + deviation(native[metric]) ** 2) / 2);
  return difference(result, metric) / Math.max(spread * Math.sqrt(2 / native[metric].length), 1e-12);
}

function table(results: readonly SetResult[], versions: Record<string, string>): string {
  const digits = (value: number) => (value >= 100 ? value.toFixed(2) : value.toFixed(5));
  const signed = (value: number) => `${value > 0 ? '+' : ''}${value.toFixed(2)}`;
  const all = results.flatMap((result) => Object.keys(result.ours).map((metric) => ({ result, metric })));
  const lines = all.map(({ result, metric }) => {
    const { name, params, rows, cols, ours, native } = result;
    const own = deviation(native[metric]);
    const inSpread = difference(result, metric) / Math.max(own, 1e-12);
    const beyond = inSpread > 1 ? ' (!)' : '';
    return `| ${name} | ${rows.toLocaleString('en')} x ${cols} | ${params} | ${metric} | ${digits(mean(ours[metric]))} | ${digits(mean(native[metric]))} | ${digits(own)} | ${signed(inSpread)}${beyond} | ${signed(worseBy(result, metric))} |`;
  });
  const errors = all.map(({ result, metric }) => worseBy(result, metric));
  const share = (beyond: (error: number) => boolean) => `${errors.filter(beyond).length} of ${errors.length}`;
  return [
    `Real data sets, a quarter of the rows held out, ${SEEDS} seeds a side on the same split (${SMALL.seeds} below ${SMALL.rows.toLocaleString('en')} rows); categories are plain numbers, weights left out.`,
    "The difference of the means, below 0 where ours is better: in standard deviations between scikit-learn's own seeds ((!) marks more than 1), and in standard errors of that difference, of which one in 20 lies beyond 2 on either side by chance.",
    '',
    '| data | rows x columns | parameters | metric | holdfast | scikit-learn | deviation between its seeds | worse by, in deviations | in standard errors |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...lines,
    '',
    `Worse by more than two standard errors: ${share((error) => error > 2)}; better by more than two: ${share((error) => error < -2)}.`,
    '',
    `Versions: ${Object.entries(versions)
      .map(([key, version]) => `${key} ${version}`)
      .join(', ')}.`,
  ].join('\n');
}
