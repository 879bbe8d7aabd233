/**
 * 5-fold purged cross-validation of lightgbm beside scikit-learn's `cross_validate` of LightGBM's classifier, on the same files and the same
 * folds. Time is all of it: taking rows, binning, training, predicting and scoring.
 */
import { PurgedKFold } from '../src/splits/purged-k-fold.js';
import { python } from '../test/interop/python.js';
import type { BenchmarkOptions, BenchmarkReport } from './benchmark.js';
import { closingLines, inverse, markedName, range } from './cells.js';
import { benchmarkData, MARKET } from './data.js';
import type { Measurement } from './harness.js';
import { type CaseResults, withKept } from './kept-cases.js';
import { describeMachine, describeVersions, type Machine } from './machine.js';
import { lastOf, measureCase, type PairedCase, runScript, type SideName } from './paired-case.js';

const SPLITTER = { folds: 5, horizon: 20, embargo: 0.01 };
const ROUNDS = 200;

/** How scikit-learn takes the folds: in turn, each with all threads (its default), or side by side, each with one. */
const CASES = [
  { name: 'folds in turn', together: false },
  { name: 'folds side by side', together: true },
] as const;

type Quality = Record<'auc' | 'logLoss', number>;

interface Run extends Measurement {
  quality: Quality;
}

interface ValidationCase extends PairedCase {
  quality: Record<SideName, Quality>;
}

interface Result extends CaseResults<ValidationCase> {
  machine: Machine;
  versions: Record<string, string>;
}

const caseNames = CASES.map(({ name }) => name);

export async function run(options: BenchmarkOptions): Promise<BenchmarkReport> {
  const machine = describeMachine();
  const versions = describeVersions(python(), ['sklearn', 'lightgbm', 'numpy']);
  const cases: ValidationCase[] = [];
  for (const what of CASES.filter(({ name }) => options.cases?.includes(name) ?? true)) {
    // Side by side on one thread is in turn.
    for (const threads of options.threads.filter((count) => count > 1 || !what.together)) {
      cases.push(await measure(what, threads, options));
    }
  }
  const result: Result = { machine, versions, cases };
  if (!options.quick) result.cases = withKept('cross-validation', result, caseNames);
  return { result, markdown: table(result) };
}

async function measure(
  { name, together }: (typeof CASES)[number],
  threads: number,
  { pairs, quick, log }: BenchmarkOptions,
): Promise<ValidationCase> {
  const request = {
    data: benchmarkData(MARKET),
    cols: MARKET.cols,
    threads,
    together,
    splitter: SPLITTER,
    folds: foldRanges(MARKET.trainRows),
    params: { n_estimators: quick ? ROUNDS / 10 : ROUNDS, num_leaves: 31, learning_rate: 0.1 },
  };
  const scripts = { ours: 'cross-validation-ours.mjs', native: 'cross_validation_native.py' };
  const { row, found } = await measureCase<Run>({ name, threads }, (which) => runScript<Run>(which, scripts, request), {
    pairs,
    warmup: !quick,
    log,
  });
  const { ours, native } = lastOf(found);
  return { ...row, quality: { ours: ours.quality, native: native.quality } };
}

type Ranges = [from: number, to: number][];

/** Train and test rows of each fold as runs of consecutive rows. */
function foldRanges(rows: number): [train: Ranges, test: Ranges][] {
  const ranges = (of: Uint32Array): Ranges => {
    const found: Ranges = [];
    for (const row of of) {
      const last = found[found.length - 1];
      if (last?.[1] === row) last[1]++;
      else found.push([row, row + 1]);
    }
    return found;
  };
  return [...new PurgedKFold(SPLITTER).split({ rows })].map(({ train, test }) => [ranges(train), ranges(test)]);
}

function table({ machine, versions, cases }: Result): string {
  const rows = cases.map((c) => {
    const { ours, native } = c.quality;
    const cells = [
      markedName(c),
      c.threads,
      c.pairs.length,
      range(c.seconds.ours),
      range(c.seconds.native),
      range(inverse(c.ratio)),
      `${ours.auc.toFixed(4)} / ${native.auc.toFixed(4)}`,
      `${ours.logLoss.toFixed(4)} / ${native.logLoss.toFixed(4)}`,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const { folds, horizon, embargo } = SPLITTER;
  return [
    `${MARKET.trainRows.toLocaleString('en')} x ${MARKET.cols}, ${100 * MARKET.missing}% missing, two classes. ${folds} folds in time, labels ${horizon} rows ahead, an embargo of ${100 * embargo}%. ${ROUNDS} trees of 31 leaves, learning rate 0.1, the rest defaults.`,
    "scikit-learn's `cross_validate` takes the folds in turn, each with all threads (its default), or side by side (`n_jobs`), each with one. Bins are made anew from the training rows of every fold, on both sides.",
    'Seconds of all of it, median (smallest to largest); the ratio is scikit-learn / holdfast, pair by pair: above 1 ours is faster. Scores are means over the test rows of the folds, ours / theirs.',
    '',
    '| scikit-learn | threads | pairs | holdfast s | scikit-learn s | scikit-learn / holdfast | AUC | log-loss |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    ...closingLines(cases, machine, versions),
  ].join('\n');
}
