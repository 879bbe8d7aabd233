/**
 * The three boosting models against the libraries they answer to (Python packages), trained on the same files with the same
 * parameters: wide market-like data for two and three classes, a million rows of 28 columns, and 300,000 rows with categories.
 * Time is binning and training; quality is on later rows.
 */
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { logLoss } from '../src/metrics/log-loss.js';
import { rocAuc } from '../src/metrics/roc-auc.js';
import { python } from '../test/interop/python.js';
import type { BenchmarkOptions, BenchmarkReport } from './benchmark.js';
import { closingLines, inverse, markedName, mebibytes, range } from './cells.js';
import { AIRLINES, benchmarkData, CLASSES, type DataSize, HIGGS, MARKET, readFloat32 } from './data.js';
import type { Measurement } from './harness.js';
import { type CaseResults, withKept } from './kept-cases.js';
import { describeMachine, describeVersions, type Machine } from './machine.js';
import { lastOf, measureCase, type PairedCase, runScript, type SideName } from './paired-case.js';
import { probabilityMatrix } from './probabilities.js';

export type Library = 'lightgbm' | 'xgboost' | 'catboost';
type Target = 'binary' | 'classes';
type Scores = Record<'auc' | 'logLoss', number>;

/** The library's own names, on both sides. */
const PARAMS: Record<Library, { title: string; params: Record<string, number | string> }> = {
  lightgbm: { title: 'LightGBM', params: { num_leaves: 31, learning_rate: 0.1 } },
  xgboost: { title: 'XGBoost', params: { max_depth: 6, learning_rate: 0.1 } },
  catboost: { title: 'CatBoost', params: { depth: 6, learning_rate: 0.1, boosting_type: 'Plain' } },
};

export interface BoostingTask {
  name: string;
  data: DataSize;
  target: Target;
  rounds: number;
  /** Only when it is asked for by name: it needs minutes. */
  onRequest?: boolean;
}

const CASES: readonly BoostingTask[] = [
  { name: 'binary', data: MARKET, target: 'binary', rounds: 200 },
  { name: '3 classes', data: MARKET, target: 'classes', rounds: 200 },
  { name: 'million', data: HIGGS, target: 'binary', rounds: 100 },
  { name: 'categorical', data: AIRLINES, target: 'binary', rounds: 100 },
  { name: 'ten million', data: { ...HIGGS, trainRows: 10_000_000 }, target: 'binary', rounds: 10, onRequest: true },
];

export interface BoostingCase extends PairedCase {
  rounds: number;
  quality: Record<SideName, Scores>;
}

interface Result extends CaseResults<BoostingCase> {
  machine: Machine;
  versions: Record<string, string>;
  params: Record<string, number | string>;
}

const cache = fileURLToPath(new URL('./.cache/', import.meta.url));

/** `tasks` and the name of their results; without them the library's own benchmark. */
export async function run(
  library: Library,
  options: BenchmarkOptions,
  { name: benchmark, tasks }: { name: string; tasks: readonly BoostingTask[] } = { name: library, tasks: CASES },
): Promise<BenchmarkReport> {
  const machine = describeMachine();
  const versions = describeVersions(python(), [library, 'numpy']);
  const wanted = tasks.filter(({ name, onRequest }) => options.cases?.includes(name) ?? !onRequest);
  const cases: BoostingCase[] = [];
  for (const what of wanted) {
    for (const threads of options.threads) cases.push(await measure(library, what, threads, options));
  }
  const result: Result = { machine, versions, params: PARAMS[library].params, cases };
  const names = tasks.map(({ name }) => name);
  if (!options.quick) result.cases = withKept(benchmark, result, names);
  return { result, markdown: table(library, result, tasks) };
}

async function measure(
  library: Library,
  what: BoostingTask,
  threads: number,
  { pairs, quick, log }: BenchmarkOptions,
): Promise<BoostingCase> {
  const { name, target } = what;
  const { cols, categorical = 0, classes = CLASSES } = what.data;
  const data = benchmarkData(what.data);
  const rounds = quick ? Math.ceil(what.rounds / 10) : what.rounds;
  const { params } = PARAMS[library];
  const predictions = `${cache}predictions-${process.pid}.f32`;
  const request = { library, data, target, threads, rounds, params, predictions, cols, categorical, classes };
  const labels = readFloat32(`${data}${target}_test.f32`);
  const train = async (which: SideName) => {
    const measurement = await runScript<Measurement>(which, { ours: 'ours.mjs', native: 'native.py' }, request);
    const quality = qualityOf(labels, readFloat32(predictions), target, classes);
    rmSync(predictions);
    return { ...measurement, quality };
  };
  const { row, found } = await measureCase({ name, threads }, train, { pairs, warmup: !quick, log });
  const { ours, native } = lastOf(found);
  return { ...row, rounds, quality: { ours: ours.quality, native: native.quality } };
}

function qualityOf(labels: Float32Array, values: Float32Array, target: Target, classes: number): Scores {
  if (target === 'binary') return { auc: rocAuc(labels, values), logLoss: logLoss(labels, values) };
  const probabilities = probabilityMatrix(values, classes);
  return {
    auc: rocAuc(labels, probabilities, { multiClass: 'ovr', average: 'macro' }),
    logLoss: logLoss(labels, probabilities),
  };
}

function table(library: Library, { machine, versions, params, cases }: Result, tasks: readonly BoostingTask[]): string {
  const { title } = PARAMS[library];
  const size = (name: string) => {
    const { trainRows, cols, categorical, missing } = tasks.find((c) => c.name === name)?.data ?? MARKET;
    const about = categorical
      ? `, ${categorical} of them categories`
      : missing > 0
        ? `, ${100 * missing}% missing`
        : '';
    return `${trainRows.toLocaleString('en')} x ${cols}${about}`;
  };
  const rows = cases.map((c) =>
    [
      '',
      markedName(c),
      size(c.name),
      c.rounds,
      c.threads,
      range(c.seconds.ours),
      range(c.seconds.native),
      range(inverse(c.ratio)),
      mebibytes(c.peakRss.ours),
      mebibytes(c.peakRss.native),
      `${c.quality.ours.auc.toFixed(4)} / ${c.quality.native.auc.toFixed(4)}`,
      `${c.quality.ours.logLoss.toFixed(4)} / ${c.quality.native.logLoss.toFixed(4)}`,
      '',
    ]
      .join(' | ')
      .trim(),
  );
  return [
    `Parameters on both sides: ${Object.entries(params)
      .map(([key, value]) => `${key} ${value}`)
      .join(', ')}; the rest are defaults. Both read the same files.`,
    'Seconds of binning and training, median (smallest to largest); the ratio is native / ours, pair by pair: above 1 ours is faster. Peak memory is of the whole process.',
    `AUC (more than two classes: one against the rest) and log-loss on later rows, ours / ${title}'s.`,
    '',
    `| task | data | rounds | threads | holdfast s | ${title} s | ${title} / holdfast | holdfast MiB | ${title} MiB | AUC | log-loss |`,
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    ...closingLines(cases, machine, versions),
  ].join('\n');
}
