/**
 * What TPE finds beside Optuna's, with the same number of trials and 20 seeds: six functions, and native LightGBM's settings on four real
 * sets, both tuners asking the same objective. Both samplers have their defaults; holdfast's waits for each trial, as Optuna's does.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PythonPeer, python } from '../../test/interop/python.js';
import type { BenchmarkOptions, BenchmarkReport } from '../benchmark.js';
import { describeMachine, describeVersions } from '../machine.js';
import { QUALITY_SETS, readQualitySet } from './sets.js';
import { ANALYTIC_FUNCTIONS, type Choices, type Range } from './tuning-functions.js';

const SEEDS = 20;
/** The sampler's own defaults were chosen on seeds 0 to 19: these are others. */
const FIRST_SEED = 100;
const FUNCTION_TRIALS = 100;
const SET_TRIALS = 30;
const MOST_ROWS = 1500;
const SETS = ['bank-marketing', 'adult', 'california-housing', 'lightgbm-multiclass'];
/** Two-sided 5% of Student's t with 19 degrees of freedom. */
const CRITICAL = 2.093;
const LIGHTGBM_SPACE: readonly Range[] = [
  { name: 'num_leaves', low: 3, high: 63, log: true, int: true },
  { name: 'learning_rate', low: 0.01, high: 0.5, log: true },
  { name: 'num_iterations', low: 10, high: 100, log: true, int: true },
  { name: 'min_data_in_leaf', low: 3, high: 100, log: true, int: true },
  { name: 'lambda_l2', low: 1e-3, high: 30, log: true },
  { name: 'feature_fraction', low: 0.3, high: 1 },
];

interface Outcome {
  name: string;
  trials: number;
  /** Best value found (less is better), one for each seed. */
  ours: number[];
  optuna: number[];
}

export async function run({ cases, quick, log }: BenchmarkOptions): Promise<BenchmarkReport> {
  const peer = new PythonPeer(fileURLToPath(new URL('../sides/tuning_native.py', import.meta.url)));
  const seeds = Array.from({ length: quick ? 2 : SEEDS }, (_, k) => FIRST_SEED + k);
  const outcomes: Outcome[] = [];
  const wanted = (name: string): boolean => cases?.includes(name) ?? true;
  const compare = async (
    name: string,
    space: readonly (Range | Choices)[],
    trials: number,
    value: Objective,
  ): Promise<void> => {
    const outcome: Outcome = { name, trials, ours: [], optuna: [] };
    for (const seed of seeds) {
      outcome.ours.push(await ownBest(space, trials, seed, value));
      const { best } = (await peer.ask({ do: 'optuna', name, space, trials, seed })) as { best: number };
      outcome.optuna.push(best);
    }
    outcomes.push(outcome);
    log(
      `${name}: ${mean(outcome.ours).toPrecision(4)}, Optuna ${mean(outcome.optuna).toPrecision(4)}, t ${paired(outcome).toFixed(2)}`,
    );
  };
  for (const { name, space, value } of ANALYTIC_FUNCTIONS) {
    if (wanted(name)) await compare(name, space, FUNCTION_TRIALS, (params) => value(params));
  }
  for (const name of SETS.filter(wanted)) {
    const files = writeSet(name);
    await peer.ask({ do: 'load', name, ...files.request });
    await compare(name, LIGHTGBM_SPACE, SET_TRIALS, async (params) => {
      return ((await peer.ask({ do: 'evaluate', name, params })) as { value: number }).value;
    });
    rmSync(files.directory, { recursive: true });
  }
  peer.close();
  const versions = describeVersions(python(), ['optuna', 'lightgbm', 'numpy']);
  return {
    result: { versions, machine: { cpu: describeMachine().cpu }, outcomes },
    markdown: table(outcomes, versions),
    partial: outcomes.length < ANALYTIC_FUNCTIONS.length + SETS.length,
  };
}

type Objective = (params: Readonly<Record<string, number | string>>) => number | Promise<number>;

async function ownBest(
  space: readonly (Range | Choices)[],
  trials: number,
  seed: number,
  value: Objective,
): Promise<number> {
  const { categorical, createStudy, float, int } = (await import(
    new URL('../../dist/tuning/index.js', import.meta.url).href
  )) as typeof import('../../src/tuning/index.js');
  const study = await createStudy({ seed });
  const entries = space.map((entry) => {
    if ('choices' in entry) return [entry.name, categorical(entry.choices)] as const;
    return [entry.name, (entry.int ? int : float)(entry.low, entry.high, { log: entry.log ?? false })] as const;
  });
  await study.optimize((trial) => value(trial.params as Record<string, number | string>), {
    trials,
    concurrency: 1,
    space: Object.fromEntries(entries),
  });
  return study.bestValue;
}

/** Rows of a set as files that the peer reads; every fourth row is held out there. */
function writeSet(name: string): { directory: string; request: object } {
  const set = QUALITY_SETS.find((one) => one.name === name);
  if (!set) throw new Error(`no quality set ${name}`);
  const { X, y, cols } = readQualitySet({ ...set, maxRows: MOST_ROWS });
  const directory = fileURLToPath(new URL(`../.cache/quality-tuning-${name}-${process.pid}/`, import.meta.url));
  mkdirSync(directory, { recursive: true });
  const request = { X: `${directory}X.f32`, y: `${directory}y.f32`, cols, objective: set.task };
  writeFileSync(request.X, X);
  writeFileSync(request.y, y);
  return { directory, request };
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Student's t of the differences seed by seed: above 0 where ours is worse. */
function paired({ ours, optuna }: Outcome): number {
  const differences = ours.map((value, i) => value - optuna[i]);
  const average = mean(differences);
  const variance = differences.reduce((sum, d) => sum + (d - average) ** 2, 0) / Math.max(1, differences.length - 1);
  return variance > 0 ? average / Math.sqrt(variance / differences.length) : 0;
}

function table(outcomes: readonly Outcome[], versions: Record<string, string>): string {
  const verdict = (t: number): string => (t > CRITICAL ? 'worse' : t < -CRITICAL ? 'better' : 'no difference');
  const rows = outcomes.map((outcome) => {
    const t = paired(outcome);
    return `| ${outcome.name} | ${outcome.trials} | ${mean(outcome.ours).toPrecision(4)} | ${mean(outcome.optuna).toPrecision(4)} | ${t.toFixed(2)} | ${verdict(t)} |`;
  });
  const average = mean(outcomes.map((outcome) => paired(outcome)));
  return [
    `Best value found (less is better), mean of ${outcomes[0]?.ours.length ?? 0} seeds (from ${FIRST_SEED}: the sampler's defaults were chosen on seeds 0 to 19); t is Student's of the differences seed by seed, 5% at ${CRITICAL}. Both samplers with their defaults, one trial at a time.`,
    '',
    '| objective | trials | holdfast | Optuna | t | |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    `Mean of t: ${average.toFixed(2)} (below 0: holdfast finds better values on average).`,
    '',
    `${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}.`,
  ].join('\n');
}
