/**
 * The three boosting models against the libraries they answer to (Python packages), trained on the same files with the same
 * parameters: wide market-like data for two and three classes, a million rows of 28 columns, and 300,000 rows with categories.
 * Time is binning and training; quality is on later rows.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { logLoss } from '../src/metrics/log-loss.js';
import { rocAuc } from '../src/metrics/roc-auc.js';
import { python } from '../test/interop/python.js';
import type { BenchmarkOptions, BenchmarkReport } from './benchmark.js';
import { AIRLINES, benchmarkData, type DataSize, HIGGS, MARKET, readFloat32 } from './data.js';
import { type Measurement, measurePairs, type PairedResult, runSide, type Spread } from './harness.js';
import { describeMachine, describeVersions } from './machine.js';
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

interface Case {
  name: string;
  data: DataSize;
  target: Target;
  rounds: number;
  /** Only when it is asked for by name: it needs minutes. */
  onRequest?: boolean;
}

const CASES: readonly Case[] = [
  { name: 'binary', data: MARKET, target: 'binary', rounds: 200 },
  { name: '3 classes', data: MARKET, target: 'classes', rounds: 200 },
  { name: 'million', data: HIGGS, target: 'binary', rounds: 100 },
  { name: 'categorical', data: AIRLINES, target: 'binary', rounds: 100 },
  { name: 'ten million', data: { ...HIGGS, trainRows: 10_000_000 }, target: 'binary', rounds: 10, onRequest: true },
];

export interface CaseResult extends PairedResult {
  name: string;
  rounds: number;
  threads: number;
  busyAtStart: number;
  quality: { ours: Scores; native: Scores };
}

interface Result {
  machine: Omit<ReturnType<typeof describeMachine>, 'busyAtStart'>;
  versions: Record<string, string>;
  params: Record<string, number | string>;
  cases: CaseResult[];
}

const cache = fileURLToPath(new URL('./.cache/', import.meta.url));
const sides = fileURLToPath(new URL('./sides/', import.meta.url));

/** Cases that are not asked for are kept from the last run, if it was on the same machine and versions. */
export async function run(library: Library, options: BenchmarkOptions): Promise<BenchmarkReport> {
  const { busyAtStart: _busy, ...machine } = describeMachine();
  const versions = describeVersions(python(), [library, 'numpy']);
  const wanted = CASES.filter(({ name, onRequest }) => options.cases?.includes(name) ?? !onRequest);
  const cases: CaseResult[] = [];
  for (const what of wanted) {
    for (const threads of options.threads) cases.push(await measureCase(library, what, threads, options));
  }
  const result: Result = { machine, versions, params: PARAMS[library].params, cases };
  if (!options.quick) result.cases = withEarlier(library, result);
  return { result, markdown: table(library, result) };
}

function withEarlier(library: Library, { machine, versions, params, cases }: Result): CaseResult[] {
  const file = new URL(`./results/${library}.json`, import.meta.url);
  const earlier = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Result) : undefined;
  const same = (a: object, b: object) => JSON.stringify(a) === JSON.stringify(b);
  const usable =
    earlier && same(earlier.machine, machine) && same(earlier.versions, versions) && same(earlier.params, params);
  const kept = usable
    ? earlier.cases.filter((old) => !cases.some((c) => c.name === old.name && c.threads === old.threads))
    : [];
  const place = ({ name, threads }: CaseResult) => CASES.findIndex((c) => c.name === name) * 1000 + threads;
  return [...cases, ...kept].sort((a, b) => place(a) - place(b));
}

async function measureCase(
  library: Library,
  what: Case,
  threads: number,
  options: BenchmarkOptions,
): Promise<CaseResult> {
  const data = benchmarkData(what.data);
  const rounds = options.quick ? Math.ceil(what.rounds / 10) : what.rounds;
  const { busyAtStart } = describeMachine();
  const scores: Partial<Record<'ours' | 'native', Scores>> = {};
  const side = (name: 'ours' | 'native') => async () => {
    const { measurement, quality } = await train(name, library, what, data, threads, rounds);
    scores[name] = quality;
    return measurement;
  };
  const paired = await measurePairs(
    { ours: side('ours'), native: side('native') },
    {
      pairs: options.pairs,
      warmup: !options.quick,
      onPair: ({ ours, native }) =>
        options.log(
          `${what.name}, ${threads} thread(s): ours ${ours.seconds.toFixed(2)} s, native ${native.seconds.toFixed(2)} s`,
        ),
    },
  );
  return { name: what.name, rounds, threads, busyAtStart, ...paired, quality: scores as CaseResult['quality'] };
}

/** One fresh process: what it measured, and the quality of the probabilities it wrote. */
async function train(
  side: 'ours' | 'native',
  library: Library,
  { data: { cols, categorical = 0 }, target }: Case,
  data: string,
  threads: number,
  rounds: number,
): Promise<{ measurement: Measurement; quality: Scores }> {
  const predictions = `${cache}predictions-${process.pid}.f32`;
  const program: [string, ...string[]] =
    side === 'ours' ? [process.execPath, `${sides}ours.mjs`] : [python(), `${sides}native.py`];
  const { params } = PARAMS[library];
  const measurement = await runSide<Measurement>(
    program,
    { library, data, target, threads, rounds, params, predictions, cols, categorical },
    { OMP_NUM_THREADS: String(threads) },
  );
  const quality = qualityOf(readFloat32(`${data}${target}_test.f32`), readFloat32(predictions), target);
  rmSync(predictions);
  return { measurement, quality };
}

function qualityOf(labels: Float32Array, values: Float32Array, target: Target): Scores {
  if (target === 'binary') return { auc: rocAuc(labels, values), logLoss: logLoss(labels, values) };
  const probabilities = probabilityMatrix(values, 3);
  return {
    auc: rocAuc(labels, probabilities, { multiClass: 'ovr', average: 'macro' }),
    logLoss: logLoss(labels, probabilities),
  };
}

function table(library: Library, { machine, versions, params, cases }: Result): string {
  const { title } = PARAMS[library];
  const range = (s: Spread, digits: number) =>
    `${s.median.toFixed(digits)} (${s.min.toFixed(digits)} to ${s.max.toFixed(digits)})`;
  const mega = (s: Spread) => (s.median / 2 ** 20).toFixed(0);
  const size = (name: string) => {
    const { trainRows, cols, categorical, missing } = CASES.find((c) => c.name === name)?.data ?? MARKET;
    const about = categorical
      ? `, ${categorical} of them categories`
      : missing > 0
        ? `, ${100 * missing}% missing`
        : '';
    return `${trainRows.toLocaleString('en')} x ${cols}${about}`;
  };
  const inverse = ({ median, min, max }: Spread): Spread => ({ median: 1 / median, min: 1 / max, max: 1 / min });
  const rows = cases.map((c) =>
    [
      '',
      `${c.name}${c.busyAtStart > 0.15 ? ' (*)' : ''}`,
      size(c.name),
      c.rounds,
      c.threads,
      range(c.seconds.ours, 2),
      range(c.seconds.native, 2),
      range(inverse(c.ratio), 2),
      mega(c.peakRss.ours),
      mega(c.peakRss.native),
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
    `AUC (three classes: one against the rest) and log-loss on later rows, ours / ${title}'s.`,
    '',
    `| task | data | rounds | threads | holdfast s | ${title} s | ${title} / holdfast | holdfast MiB | ${title} MiB | AUC | log-loss |`,
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    ...(cases.some((c) => c.busyAtStart > 0.15)
      ? ['(*) Something else was running: do not trust these times.', '']
      : []),
    `Pairs: ${[...new Set(cases.map((c) => c.pairs.length))].join(', ')}. Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}.`,
    `Versions: ${Object.entries(versions)
      .map(([key, version]) => `${key} ${version}`)
      .join(', ')}.`,
  ].join('\n');
}
