/** Support vector machines beside scikit-learn's libsvm and LIBLINEAR: the same objective, decision values, accuracy, and the time to get there. */
import type { SVMConfig } from '../src/classical/index.js';
import { python } from '../test/interop/python.js';
import type { BenchmarkOptions, BenchmarkReport } from './benchmark.js';
import { closingLines, inverse, markedName, range } from './cells.js';
import { benchmarkData, type DataSize, MARKET } from './data.js';
import type { Measurement } from './harness.js';
import { type CaseResults, withKept } from './kept-cases.js';
import { describeMachine, describeVersions, type Machine } from './machine.js';
import { lastOf, measureCase, type PairedCase, runScript, type SideName } from './paired-case.js';

interface SvmCase {
  data: DataSize;
  rows: number;
  ours: SVMConfig;
  /** scikit-learn's class and parameters. */
  native: Record<string, unknown>;
  /** Largest difference of decision values allowed; not for approximations, which differ in their random rows. */
  decisions?: number;
  /** One pair shows that both find the same machine: nothing is timed for its own sake. */
  once?: boolean;
}

const TABLE: DataSize = { trainRows: 20_000, testRows: 5000, cols: 30, missing: 0 };
const WIDE_GAMMA = 1 / 720;

const CASES: Record<string, SvmCase> = {
  'rbf-20000x30': {
    data: TABLE,
    rows: 20_000,
    ours: { C: 1 },
    native: { kind: 'SVC', C: 1, cache_size: 200 },
    decisions: 1e-3,
  },
  'rbf-20000x30-tolerance-1e-6': {
    data: TABLE,
    rows: 20_000,
    ours: { C: 1, tolerance: 1e-6 },
    native: { kind: 'SVC', C: 1, cache_size: 200, tol: 1e-6 },
    decisions: 1e-4,
    once: true,
  },
  'linear-73000x180': {
    data: MARKET,
    rows: 73_000,
    ours: { kernel: 'linear', solver: 'dcd', C: 0.01 },
    native: { kind: 'LinearSVC', C: 0.01, tol: 1e-4, dual: true },
    decisions: 2e-3,
  },
  'approximate-73000x180': {
    data: MARKET,
    rows: 73_000,
    ours: { approximation: 'nystroem', components: 1000, gamma: WIDE_GAMMA, C: 1, tolerance: 1e-2 },
    native: { kind: 'Nystroem', gamma: WIDE_GAMMA, n_components: 1000, C: 1, tol: 1e-2 },
  },
};

/** The exact machine on a sample, whose accuracy the approximate one has to come near. */
const EXACT = { rows: 20_000, ours: { gamma: WIDE_GAMMA, C: 1 } satisfies SVMConfig };

interface Fit extends Measurement {
  accuracy: number;
  objective: number | null;
  decisions: number[];
  kernelError?: { mean: number; max: number };
}

interface SvmResult extends PairedCase {
  settings: SvmCase;
  accuracy: Record<SideName, number>;
  objective: Record<SideName, number | null>;
  /** Largest difference of decision values of test rows. */
  difference: number;
  kernelError?: { mean: number; max: number };
  /** Accuracy of the exact machine on a sample of the rows. */
  exact?: number;
}

interface Result extends CaseResults<SvmResult> {
  machine: Machine;
  versions: Record<string, string>;
}

const scripts = { ours: 'svm-ours.mjs', native: 'svm_native.py' };

export async function run(options: BenchmarkOptions): Promise<BenchmarkReport> {
  const machine = describeMachine();
  const versions = describeVersions(python(), ['sklearn', 'numpy']);
  const names = Object.keys(CASES).filter((name) => options.cases?.includes(name) ?? true);
  const cases: SvmResult[] = [];
  for (const name of names) {
    for (const threads of options.threads) cases.push(await measure(name, CASES[name], threads, options));
  }
  const result: Result = { machine, versions, cases };
  if (!options.quick) result.cases = withKept('svm', result, Object.keys(CASES));
  return { result, markdown: table(result) };
}

async function measure(
  name: string,
  settings: SvmCase,
  threads: number,
  { pairs, quick, log }: BenchmarkOptions,
): Promise<SvmResult> {
  const { data, rows, ours, native, decisions, once } = settings;
  const request = { data: benchmarkData(data), cols: data.cols, rows, threads, ours, native };
  const { row, found } = await measureCase(
    { name, threads },
    (which) => runScript<Fit>(which, scripts, request),
    // One pair shows that it works, or that both sides agree.
    { pairs: once ? 1 : pairs, warmup: !quick && !once && pairs > 1, log },
  );
  const { ours: own, native: peer } = lastOf(found);
  const difference = own.decisions.reduce((most, value, i) => Math.max(most, Math.abs(value - peer.decisions[i])), 0);
  if (decisions !== undefined && !(difference <= decisions)) {
    throw new Error(`${name}: decision values differ by ${difference}`);
  }
  if (own.objective !== null && peer.objective !== null && Math.abs(own.objective / peer.objective - 1) > 1e-3) {
    throw new Error(`${name}: objectives differ: ${own.objective} and ${peer.objective}`);
  }
  const exact =
    native.kind === 'Nystroem' && !quick
      ? (await runScript<Fit>('ours', scripts, { ...request, ...EXACT })).accuracy
      : undefined;
  return {
    ...row,
    settings,
    accuracy: { ours: own.accuracy, native: peer.accuracy },
    objective: { ours: own.objective, native: peer.objective },
    difference,
    kernelError: own.kernelError,
    exact,
  };
}

function table({ machine, versions, cases }: Result): string {
  const number = (value: number | null | undefined, digits: number) =>
    value === null || value === undefined ? '' : value.toFixed(digits);
  return [
    `Seconds of fit in a fresh process, probabilities off on both sides; medians (smallest to largest). The ratio is scikit-learn / holdfast, pair by pair: above 1 ours is faster.`,
    'Objectives are of the dual (rbf) and of the primal (linear); accuracies of 5,000 or 20,000 test rows; the difference is the largest of their decision values. The exact machine is ours on 20,000 of the rows. The case with a tolerance of 1e-6 is one pair: it shows that what differs at 1e-3 is the tolerance of both sides.',
    '',
    '| case | threads | holdfast s | scikit-learn s | ratio | objective: holdfast | scikit-learn | difference | accuracy: holdfast | scikit-learn | exact |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...cases.map((row) => {
      const { threads, seconds, ratio, accuracy, objective, difference, exact } = row;
      const cells = [
        markedName(row),
        threads,
        range(seconds.ours),
        range(seconds.native),
        range(inverse(ratio)),
        number(objective.ours, 3),
        number(objective.native, 3),
        difference.toExponential(1),
        number(accuracy.ours, 4),
        number(accuracy.native, 4),
        number(exact, 4),
      ];
      return `| ${cells.join(' | ')} |`;
    }),
    ...closingLines(cases, machine, versions),
  ].join('\n');
}
