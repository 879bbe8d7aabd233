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
import { closingLines, inverse, markedName, mebibytes, range } from './cells.js';
import { benchmarkData, type DataSize, HIGGS, MARKET, readFloat32 } from './data.js';
import { type Measurement, type Spread, spread } from './harness.js';
import { type CaseResults, withKept } from './kept-cases.js';
import { describeMachine, describeVersions, type Machine } from './machine.js';
import { lastOf, measureCase, type PairedCase, runScript, type SideName } from './paired-case.js';
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

interface ForestCase extends PairedCase {
  trees: number;
  quality: Record<SideName, Scores>;
  predictSeconds: Record<SideName, Spread>;
}

interface Result extends CaseResults<ForestCase> {
  machine: Machine;
  versions: Record<string, string>;
}

const caseNames = CASES.map(({ name }) => name);
const cache = fileURLToPath(new URL('./.cache/', import.meta.url));

export async function run(options: BenchmarkOptions): Promise<BenchmarkReport> {
  const machine = describeMachine();
  const versions = describeVersions(python(), ['sklearn', 'numpy']);
  const wanted = CASES.filter(({ name, onRequest }) => options.cases?.includes(name) ?? !onRequest);
  const cases: ForestCase[] = [];
  for (const what of wanted) {
    for (const threads of options.threads) cases.push(await measure(what, threads, options));
  }
  const result: Result = { machine, versions, cases };
  if (!options.quick) result.cases = withKept('random-forest', result, caseNames);
  return { result, markdown: table(result) };
}

async function measure(what: Case, threads: number, { pairs, quick, log }: BenchmarkOptions): Promise<ForestCase> {
  const { name, target } = what;
  const data = benchmarkData(what.data);
  const trees = quick ? Math.ceil(what.trees / 10) : what.trees;
  const predictions = `${cache}predictions-${process.pid}.f32`;
  const request = {
    library: 'random_forest',
    data,
    target,
    threads,
    rounds: trees,
    params: {},
    predictions,
    cols: what.data.cols,
    categorical: 0,
    predict: PREDICTED,
  };
  const labels = readFloat32(`${data}${target}_test.f32`);
  const train = async (which: SideName) => {
    const measurement = await runScript<TrainMeasurement>(which, { ours: 'ours.mjs', native: 'native.py' }, request);
    const quality = qualityOf(labels, readFloat32(predictions), target);
    rmSync(predictions);
    return { ...measurement, quality };
  };
  const { row, found } = await measureCase({ name, threads }, train, { pairs, warmup: !quick, log });
  const { ours, native } = lastOf(found);
  const predicting = (which: SideName) => spread(found[which].map(({ predictSeconds }) => predictSeconds));
  return {
    ...row,
    trees,
    quality: { ours: ours.quality, native: native.quality },
    predictSeconds: { ours: predicting('ours'), native: predicting('native') },
  };
}

function qualityOf(labels: Float32Array, values: Float32Array, target: Case['target']): Scores {
  if (target === 'binary') {
    const predicted = values.map((p) => (p > 0.5 ? 1 : 0));
    return { accuracy: accuracy(labels, predicted), logLoss: logLoss(labels, values) };
  }
  const probabilities = probabilityMatrix(values, 3);
  const predicted = Float32Array.from(labels, (_, i) => {
    const row = Array.from(probabilities.row(i));
    return row.indexOf(Math.max(...row));
  });
  return { accuracy: accuracy(labels, predicted), logLoss: logLoss(labels, probabilities) };
}

function table({ machine, versions, cases }: Result): string {
  const size = (name: string) => {
    const { trainRows, cols, missing } = CASES.find((c) => c.name === name)?.data ?? MARKET;
    return `${trainRows.toLocaleString('en')} x ${cols}${missing > 0 ? `, ${100 * missing}% missing` : ''}`;
  };
  const rows = cases.map((c) =>
    [
      '',
      markedName(c),
      size(c.name),
      c.trees,
      c.threads,
      range(c.seconds.ours),
      range(c.seconds.native),
      range(inverse(c.ratio)),
      (1000 * c.predictSeconds.ours.median).toFixed(0),
      (1000 * c.predictSeconds.native.median).toFixed(0),
      mebibytes(c.peakRss.ours),
      mebibytes(c.peakRss.native),
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
    ...closingLines(cases, machine, versions),
  ].join('\n');
}
