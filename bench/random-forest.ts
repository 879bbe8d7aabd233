/**
 * Random forests against scikit-learn's on the same files: 100 fully grown trees on wide market-like data for three and two classes, and ten on
 * a million rows. Time is all of `fit`, binning included; quality is on later rows.
 */
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { accuracy } from '../src/metrics/accuracy.js';
import { logLoss } from '../src/metrics/log-loss.js';
import { python } from '../test/interop/python.js';
import type { BenchmarkOptions, BenchmarkReport } from './benchmark.js';
import { benchmarkData, type DataSize, HIGGS, MARKET, readFloat32 } from './data.js';
import { type Measurement, measurePairs, type PairedResult, runSide, type Spread } from './harness.js';
import { describeMachine, describeVersions } from './machine.js';
import { probabilityMatrix } from './probabilities.js';

interface Case {
  name: string;
  data: DataSize;
  target: 'binary' | 'classes';
  trees: number;
}

const CASES: readonly Case[] = [
  { name: '3 classes', data: MARKET, target: 'classes', trees: 100 },
  { name: 'binary', data: MARKET, target: 'binary', trees: 100 },
  { name: 'million', data: HIGGS, target: 'binary', trees: 10 },
];

type Scores = Record<'accuracy' | 'logLoss', number>;

interface CaseResult extends PairedResult {
  name: string;
  trees: number;
  threads: number;
  busyAtStart: number;
  quality: { ours: Scores; native: Scores };
}

const cache = fileURLToPath(new URL('./.cache/', import.meta.url));
const sides = fileURLToPath(new URL('./sides/', import.meta.url));

export async function run(options: BenchmarkOptions): Promise<BenchmarkReport> {
  const { busyAtStart: _busy, ...machine } = describeMachine();
  const versions = describeVersions(python(), ['sklearn', 'numpy']);
  const wanted = CASES.filter(({ name }) => !options.cases || options.cases.includes(name));
  const cases: CaseResult[] = [];
  for (const what of wanted) {
    for (const threads of options.threads) cases.push(await measureCase(what, threads, options));
  }
  const about = `Machine: ${machine.cpu}, ${machine.cores} cores. Versions: ${Object.entries(versions)
    .map(([key, version]) => `${key} ${version}`)
    .join(', ')}.`;
  return {
    result: { machine, versions, cases },
    markdown: `${table(cases)}\n\n${about}`,
    partial: wanted.length < CASES.length,
  };
}

async function measureCase(what: Case, threads: number, options: BenchmarkOptions): Promise<CaseResult> {
  const data = benchmarkData(what.data);
  const trees = options.quick ? Math.ceil(what.trees / 10) : what.trees;
  const { busyAtStart } = describeMachine();
  const scores: Partial<Record<'ours' | 'native', Scores>> = {};
  const side = (name: 'ours' | 'native') => async () => {
    const { measurement, quality } = await train(name, what, data, threads, trees);
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
  return { name: what.name, trees, threads, busyAtStart, ...paired, quality: scores as CaseResult['quality'] };
}

/** One fresh process: what it measured, and the quality of the probabilities it wrote. */
async function train(
  side: 'ours' | 'native',
  { data: { cols }, target }: Case,
  data: string,
  threads: number,
  rounds: number,
): Promise<{ measurement: Measurement; quality: Scores }> {
  const predictions = `${cache}predictions-${process.pid}.f32`;
  const program: [string, ...string[]] =
    side === 'ours' ? [process.execPath, `${sides}ours.mjs`] : [python(), `${sides}native.py`];
  const measurement = await runSide<Measurement>(
    program,
    { library: 'random_forest', data, target, threads, rounds, params: {}, predictions, cols, categorical: 0 },
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
    'Seconds of `fit`, median (smallest to largest); the ratio is scikit-learn / ours, pair by pair: above 1 ours is faster. Peak memory is of the whole process. Accuracy and log-loss on later rows, ours / theirs.',
    '',
    '| task | data | trees | threads | holdfast s | scikit-learn s | scikit-learn / holdfast | holdfast MiB | scikit-learn MiB | accuracy | log-loss |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    ...(cases.some((c) => c.busyAtStart > 0.15)
      ? ['', '(*) Something else was running: do not trust these times.']
      : []),
  ].join('\n');
}
