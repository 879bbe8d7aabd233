/**
 * Stacking of four tabular models beside scikit-learn's StackingClassifier over the native ones: real data sets, the same rows, seeds and
 * kinds of members, and each member by itself: a stack is worth its cost where it is not worse than its best member.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Random } from '../../src/core/random.js';
import { logLoss } from '../../src/metrics/log-loss.js';
import { rocAuc } from '../../src/metrics/roc-auc.js';
import { python } from '../../test/interop/python.js';
import type { BenchmarkOptions, BenchmarkReport } from '../benchmark.js';
import { runSide } from '../harness.js';
import { describeMachine, describeVersions } from '../machine.js';
import { probabilityMatrix } from '../probabilities.js';
import { QUALITY_SETS, type QualityRows, readQualitySet } from './sets.js';

const SETS = ['adult', 'bank-marketing', 'give-me-credit', 'catboost-higgs', 'lightgbm-multiclass', 'digits'];
const MEMBERS = [
  { name: 'lightgbm', model: 'lightgbm', config: { numIterations: 100 } },
  { name: 'xgboost', model: 'xgboost', config: { numIterations: 100 } },
  { name: 'random_forest', model: 'random_forest', config: { nTrees: 100 } },
  { name: 'logistic', model: 'logistic', config: {} },
];
const FOLDS = 5;
const SEEDS = [1, 2, 3, 4, 5];
/** A stack is 25 trainings a split. */
const MOST_ROWS = 4000;
const STACK = 'stacking';
const METRICS = ['log-loss', 'AUC'] as const;

type Metric = (typeof METRICS)[number];
type Side = 'ours' | 'native';
/** By model, metric and seed. */
type Scores = Record<string, Record<Metric, number[]>>;

interface SetResult {
  name: string;
  rows: number;
  cols: number;
  classes: number;
  ours: Scores;
  native: Scores;
}

const cache = fileURLToPath(new URL('../.cache/', import.meta.url));
const sides = fileURLToPath(new URL('../sides/', import.meta.url));

export async function run(options: BenchmarkOptions): Promise<BenchmarkReport> {
  const known = SETS.flatMap((name) => QUALITY_SETS.filter((set) => set.name === name));
  const sets = options.cases ? known.filter(({ name }) => options.cases?.includes(name)) : known;
  const seeds = options.quick ? SEEDS.slice(0, 1) : SEEDS;
  const threads = Math.max(...options.threads);
  const results: SetResult[] = [];
  for (const set of sets) {
    const rows = readQualitySet({ ...set, maxRows: MOST_ROWS });
    const data = writeSplits(set.name, rows, seeds);
    const scores = (side: Side) => scoresOf(side, rows, data, seeds, threads);
    const [ours, native] = [await scores('ours'), await scores('native')];
    rmSync(data, { recursive: true });
    const result = { name: set.name, rows: rows.y.length, cols: rows.cols, classes: rows.classes, ours, native };
    results.push(result);
    const { best } = bestOf(result.ours);
    options.log(
      `${set.name}: log-loss worse than scikit-learn's stack by ${percent(worseBy(ours[STACK], native[STACK], 'log-loss'))}, than ${best} by ${percent(worseBy(ours[STACK], ours[best], 'log-loss'))}`,
    );
  }
  const versions = describeVersions(python(), ['sklearn', 'lightgbm', 'xgboost', 'numpy']);
  const machine = { cpu: describeMachine().cpu };
  return {
    result: { versions, machine, seeds, members: MEMBERS, results },
    markdown: table(results, seeds, versions, machine.cpu),
    partial: sets.length < known.length,
  };
}

/** A quarter of the rows held out, classes in equal shares; columns standardised and gaps filled by the training rows' mean, for both sides. */
function writeSplits(name: string, { X, y, cols }: QualityRows, seeds: readonly number[]): string {
  const data = `${cache}quality-stacking-${name}-${process.pid}/`;
  mkdirSync(data, { recursive: true });
  writeFileSync(`${data}y.f32`, y);
  for (const seed of seeds) {
    const order = Array.from(new Random(seed).permutation(y.length)).sort((a, b) => y[a] - y[b]);
    const part = (held: boolean) => order.filter((_, k) => (k % 4 === 0) === held).sort((a, b) => a - b);
    const train = part(false);
    writeFileSync(`${data}test-${seed}.i32`, Int32Array.from(part(true)));
    writeFileSync(`${data}train-${seed}.i32`, Int32Array.from(train));
    writeFileSync(`${data}X-${seed}.f32`, standardised(X, cols, train));
  }
  return data;
}

function standardised(X: Float32Array, cols: number, train: readonly number[]): Float32Array {
  const out = new Float32Array(X.length);
  for (let j = 0; j < cols; j++) {
    const known = train.map((row) => X[row * cols + j]).filter((value) => !Number.isNaN(value));
    const mean = known.reduce((a, b) => a + b, 0) / Math.max(1, known.length);
    const variance = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, known.length);
    for (let p = j; p < X.length; p += cols)
      out[p] = Number.isNaN(X[p]) || variance === 0 ? 0 : (X[p] - mean) / Math.sqrt(variance);
  }
  return out;
}

async function scoresOf(
  side: Side,
  { y, cols, classes }: QualityRows,
  data: string,
  seeds: readonly number[],
  threads: number,
): Promise<Scores> {
  const program: [string, ...string[]] =
    side === 'ours' ? [process.execPath, `${sides}stacking-ours.mjs`] : [python(), `${sides}stacking_native.py`];
  const splits = seeds.map((seed) => ({ name: String(seed), seed }));
  await runSide(program, { data, splits, cols, members: MEMBERS, folds: FOLDS, threads }, { OMP_NUM_THREADS: '1' });
  const scores: Scores = {};
  for (const model of [STACK, ...MEMBERS.map(({ name }) => name)]) {
    const own: Record<Metric, number[]> = { 'log-loss': [], AUC: [] };
    for (const seed of seeds) {
      const labels = Float64Array.from(new Int32Array(bytesOf(`${data}test-${seed}.i32`)), (row) => y[row]);
      const P = probabilityMatrix(new Float64Array(bytesOf(`${data}${side}-${seed}-${model}.f64`)), classes);
      const seen = classes === 2 ? Float64Array.from({ length: P.rows }, (_, i) => P.data[2 * i + 1]) : P;
      own['log-loss'].push(logLoss(labels, seen));
      own.AUC.push(rocAuc(labels, seen, { multiClass: 'ovr', average: 'macro' }));
    }
    scores[model] = own;
  }
  return scores;
}

const average = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** Percent by which the first is worse in each seed: of a loss, or of an area. */
function differences(a: Scores[string], b: Scores[string], metric: Metric): number[] {
  const sign = metric === 'AUC' ? -1 : 1;
  return a[metric].map((value, k) => (100 * sign * (value - b[metric][k])) / b[metric][k]);
}

const worseBy = (a: Scores[string], b: Scores[string], metric: Metric): number => average(differences(a, b, metric));

/** The member with the least mean log-loss on the held-out rows: known only afterwards, so a hard mark. */
function bestOf(scores: Scores): { best: string } {
  const names = MEMBERS.map(({ name }) => name);
  const loss = (name: string) => average(scores[name]['log-loss']);
  return { best: names.reduce((a, b) => (loss(b) < loss(a) ? b : a)) };
}

const percent = (value: number) => `${value > 0 ? '+' : ''}${value.toFixed(2)} %`;

function table(
  results: readonly SetResult[],
  seeds: readonly number[],
  versions: Record<string, string>,
  cpu: string,
): string {
  const each = results.flatMap((result) => METRICS.map((metric) => ({ result, metric, ...bestOf(result.ours) })));
  const lines = each.map(({ result, metric, best }) => {
    const { name, rows, cols, classes, ours, native } = result;
    const digits = (scores: Scores[string]) => average(scores[metric]).toFixed(5);
    const error = (a: Scores[string], b: Scores[string]) => {
      const all = differences(a, b, metric);
      const spread = all.reduce((sum, d) => sum + (d - average(all)) ** 2, 0) / Math.max(1, all.length - 1);
      return `${percent(average(all))} (${Math.sqrt(spread / all.length).toFixed(2)})`;
    };
    return `| ${name} | ${rows.toLocaleString('en')} x ${cols}, ${classes} classes | ${metric} | ${digits(ours[STACK])} | ${digits(native[STACK])} | ${error(ours[STACK], native[STACK])} | ${best} ${digits(ours[best])} | ${error(ours[STACK], ours[best])} |`;
  });
  const mean = (metric: Metric, other: (result: SetResult) => Scores[string]) =>
    percent(average(results.map((result) => worseBy(result.ours[STACK], other(result), metric))));
  return [
    `Real data sets, ${seeds.length} seeds (each its own split, a quarter held out), at most ${MOST_ROWS.toLocaleString('en')} rows, columns standardised alike for both sides. Members on both sides: lightgbm, xgboost and random_forest of 100 trees, and logistic; a logistic meta-model on predictions of ${FOLDS} stratified, shuffled folds.`,
    '"Worse by" is paired by seed, below 0 the stack here is better; in brackets its standard error. The best member is the one with the least log-loss on the held-out rows, as only hindsight knows.',
    '',
    '| data | rows x columns | metric | holdfast stacking | scikit-learn StackingClassifier | worse by | best member here | worse by |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...lines,
    '',
    ...METRICS.map(
      (metric) =>
        `- ${metric}, mean of ${results.length} sets: worse than scikit-learn's stack by ${mean(metric, ({ native }) => native[STACK])}, than the best member by ${mean(metric, ({ ours }) => ours[bestOf(ours).best])}.`,
    ),
    '',
    `Machine: ${cpu}. Versions: ${Object.entries(versions)
      .map(([key, version]) => `${key} ${version}`)
      .join(', ')}.`,
  ].join('\n');
}

function bytesOf(path: string): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = readFileSync(path);
  return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
}
