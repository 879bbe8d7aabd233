/**
 * Random forests against scikit-learn's on the same files: 100 fully grown trees on wide market-like data for three and two classes, and ten on
 * a million rows. Time is all of `fit`, binning included; quality is on later rows.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { accuracy } from '../src/metrics/accuracy.js';
import { logLoss } from '../src/metrics/log-loss.js';
import { python } from '../test/interop/python.js';
import type { BenchmarkOptions, BenchmarkReport } from './benchmark.js';
import { benchmarkData, type DataSize, HIGGS, MARKET, readFloat32 } from './data.js';
import { type Measurement, measurePairs, type PairedResult, runSide, type Spread, spread } from './harness.js';
import { describeMachine, describeVersions } from './machine.js';
import { probabilityMatrix } from './probabilities.js';

interface Case {
  name: string;
  data: DataSize;
  target: 'binary' | 'classes';
  trees: number;
  /** Only when it is asked for by name. */
  onRequest?: boolean;
}

const CASES: readonly Case[] = [
  { name: '3 classes', data: MARKET, target: 'classes', trees: 100 },
  // scikit-learn takes minutes for a hundred: fewer trees say nearly the same, binning included.
  { name: '3 classes of 8 trees', data: MARKET, target: 'classes', trees: 8, onRequest: true },
  { name: 'binary', data: MARKET, target: 'binary', trees: 100 },
  { name: 'million', data: HIGGS, target: 'binary', trees: 10 },
];

type Scores = Record<'accuracy' | 'logLoss', number>;
/** Rows that are predicted, by the second call. */
const PREDICTED = 100_000;

interface TrainMeasurement extends Measurement {
  predictSeconds: number;
}

interface CaseResult extends PairedResult {
  name: string;
  trees: number;
  threads: number;
  busyAtStart: number;
  quality: { ours: Scores; native: Scores };
  predictSeconds: { ours: Spread; native: Spread };
}

interface Result {
  machine: Omit<ReturnType<typeof describeMachine>, 'busyAtStart'>;
  versions: Record<string, string>;
  cases: CaseResult[];
}

const cache = fileURLToPath(new URL('./.cache/', import.meta.url));
const sides = fileURLToPath(new URL('./sides/', import.meta.url));

/** Cases that are not asked for are kept from the last run, if it was on the same machine and versions. */
export async function run(options: BenchmarkOptions): Promise<BenchmarkReport> {
  const { busyAtStart: _busy, ...machine } = describeMachine();
  const versions = describeVersions(python(), ['sklearn', 'numpy']);
  const wanted = CASES.filter(({ name, onRequest }) => options.cases?.includes(name) ?? !onRequest);
  const cases: CaseResult[] = [];
  for (const what of wanted) {
    for (const threads of options.threads) cases.push(await measureCase(what, threads, options));
  }
  const result: Result = { machine, versions, cases };
  if (!options.quick) result.cases = withEarlier(result);
  const about = `Pairs: ${[...new Set(result.cases.map((c) => c.pairs.length))].join(', ')}. Machine: ${machine.cpu}, ${machine.cores} cores. Versions: ${Object.entries(
    versions,
  )
    .map(([key, version]) => `${key} ${version}`)
    .join(', ')}.`;
  return { result, markdown: `${table(result.cases)}\n\n${about}` };
}

function withEarlier({ machine, versions, cases }: Result): CaseResult[] {
  const file = new URL('./results/random-forest.json', import.meta.url);
  const earlier = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Result) : undefined;
  const same = (a: object, b: object) => JSON.stringify(a) === JSON.stringify(b);
  if (!earlier || !same(earlier.machine, machine) || !same(earlier.versions, versions)) return cases;
  const kept = earlier.cases.filter((old) => !cases.some((c) => c.name === old.name && c.threads === old.threads));
  const place = ({ name, threads }: CaseResult) => CASES.findIndex((c) => c.name === name) * 1000 + threads;
  return [...cases, ...kept].sort((a, b) => place(a) - place(b));
}

async function measureCase(what: Case, threads: number, options: BenchmarkOptions): Promise<CaseResult> {
  const data = benchmarkData(what.data);
  const trees = options.quick ? Math.ceil(what.trees / 10) : what.trees;
  const { busyAtStart } = describeMachine();
  const scores: Partial<Record<'ours' | 'native', Scores>> = {};
  const predicting: Record<'ours' | 'native', number[]> = { ours: [], native: [] };
  const side = (name: 'ours' | 'native') => async () => {
    const { measurement, quality } = await train(name, what, data, threads, trees);
    scores[name] = quality;
    predicting[name].push(measurement.predictSeconds);
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
  const predictSeconds = { ours: spread(predicting.ours), native: spread(predicting.native) };
  const quality = scores as CaseResult['quality'];
  return { name: what.name, trees, threads, busyAtStart, ...paired, quality, predictSeconds };
}

/** One fresh process: what it measured, and the quality of the probabilities it wrote. */
async function train(
  side: 'ours' | 'native',
  { data: { cols }, target }: Case,
  data: string,
  threads: number,
  rounds: number,
): Promise<{ measurement: TrainMeasurement; quality: Scores }> {
  const predictions = `${cache}predictions-${process.pid}.f32`;
  const program: [string, ...string[]] =
    side === 'ours' ? [process.execPath, `${sides}ours.mjs`] : [python(), `${sides}native.py`];
  const measurement = await runSide<TrainMeasurement>(
    program,
    {
      library: 'random_forest',
      data,
      target,
      threads,
      rounds,
      params: {},
      predictions,
      cols,
      categorical: 0,
      predict: PREDICTED,
    },
    { OMP_NUM_THREADS: String(threads) },
  );
  const labels = readFloat32(`${data}${target}_test.f32`);
  const values = readFloat32(predictions);
  rmSync(predictions);
  if (target === 'binary') {
    const predicted = values.map((p) => (p > 0.5 ? 1 : 0));
    return { measurement, quality: { accuracy: accuracy(labels, predicted), logLoss: logLoss(labels, values) } };
  }
  const probabilities = probabilityMatrix(values, 3);
  const predicted = Float32Array.from(labels, (_, i) => {
    const row = Array.from(probabilities.row(i));
    return row.indexOf(Math.max(...row));
  });
  return { measurement, quality: { accuracy: accuracy(labels, predicted), logLoss: logLoss(labels, probabilities) } };
}

function table(cases: readonly CaseResult[]): string {
  const range = (s: Spread, digits: number) =>
    `${s.median.toFixed(digits)} (${s.min.toFixed(digits)} to ${s.max.toFixed(digits)})`;
  const mega = (s: Spread) => (s.median / 2 ** 20).toFixed(0);
  const inverse = ({ median, min, max }: Spread): Spread => ({ median: 1 / median, min: 1 / max, max: 1 / min });
  const size = (name: string) => {
    const { trainRows, cols, missing } = CASES.find((c) => c.name === name)?.data ?? MARKET;
    return `${trainRows.toLocaleString('en')} x ${cols}${missing > 0 ? `, ${100 * missing}% missing` : ''}`;
  };
  const rows = cases.map((c) =>
    [
      '',
      `${c.name}${c.busyAtStart > 0.15 ? ' (*)' : ''}`,
      size(c.name),
      c.trees,
      c.threads,
      range(c.seconds.ours, 2),
      range(c.seconds.native, 2),
      range(inverse(c.ratio), 2),
      (1000 * c.predictSeconds.ours.median).toFixed(0),
      (1000 * c.predictSeconds.native.median).toFixed(0),
      mega(c.peakRss.ours),
      mega(c.peakRss.native),
      `${c.quality.ours.accuracy.toFixed(4)} / ${c.quality.native.accuracy.toFixed(4)}`,
      `${c.quality.ours.logLoss.toFixed(4)} / ${c.quality.native.logLoss.toFixed(4)}`,
      '',
    ]
      .join(' | ')
      .trim(),
  );
  return [
    "Defaults on both sides (Gini, fully grown trees, the square root of all columns a node); scikit-learn with `n_jobs` threads. Both read the same files; scikit-learn's seed is drawn anew.",
    `Seconds of \`fit\`, median (smallest to largest); the ratio is scikit-learn / ours, pair by pair: above 1 ours is faster. Then milliseconds in which these trees predict probabilities of ${PREDICTED.toLocaleString('en')} later rows, medians of second calls. Peak memory is of the whole process. Accuracy and log-loss on later rows, ours / theirs.`,
    '',
    '| task | data | trees | threads | holdfast s | scikit-learn s | scikit-learn / holdfast | predict: holdfast ms | scikit-learn ms | holdfast MiB | scikit-learn MiB | accuracy | log-loss |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    ...(cases.some((c) => c.busyAtStart > 0.15)
      ? ['', '(*) Something else was running: do not trust these times.']
      : []),
  ].join('\n');
}
