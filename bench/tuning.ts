/** What a suggestion costs after 1,000 trials: processor time of ask, suggesting every parameter and tell, beside Optuna's TPE. */
import { fileURLToPath } from 'node:url';
import { PythonPeer, python } from '../test/interop/python.js';
import type { BenchmarkOptions, BenchmarkReport } from './benchmark.js';
import { spread } from './harness.js';
import { describeMachine, describeVersions } from './machine.js';
import type { Choices, Range } from './quality/tuning-functions.js';

const TRIALS = 1000;
const REPEATS = 30;
const SPACES: Record<string, readonly (Range | Choices)[]> = {
  '2 floats': floats(2),
  '10 floats': floats(10),
  '10 mixed': [
    ...floats(4),
    { name: 'i0', low: 1, high: 20, int: true },
    { name: 'i1', low: 1, high: 1024, int: true, log: true },
    { name: 'l0', low: 1e-5, high: 1, log: true },
    { name: 'l1', low: 1e-5, high: 1, log: true },
    { name: 'c0', choices: ['a', 'b', 'c'] },
    { name: 'c1', choices: ['a', 'b', 'c', 'd', 'e'] },
  ],
};

interface Case {
  space: string;
  /** Milliseconds of processor time, medians. */
  ours: number;
  optuna: number;
  optunaMultivariate: number;
}

function floats(n: number): Range[] {
  return Array.from({ length: n }, (_, i) => ({ name: `x${i}`, low: 0, high: 1 }));
}

export async function run({ quick, log, cases: names }: BenchmarkOptions): Promise<BenchmarkReport> {
  const peer = new PythonPeer(fileURLToPath(new URL('./sides/tuning_native.py', import.meta.url)));
  const wanted = Object.keys(SPACES).filter((name) => names?.includes(name) ?? true);
  const repeats = quick ? 6 : REPEATS;
  const cases: Case[] = [];
  for (const name of wanted) {
    const space = SPACES[name];
    const native = async (multivariate: boolean): Promise<number> => {
      const request = { do: 'overhead', space, trials: TRIALS, repeats, multivariate };
      return spread(((await peer.ask(request)) as { times: number[] }).times).median;
    };
    const found = {
      space: name,
      ours: await ownTime(space, repeats),
      optuna: await native(false),
      optunaMultivariate: await native(true),
    };
    cases.push(found);
    log(
      `${name}: ${found.ours.toFixed(2)} ms, Optuna ${found.optuna.toFixed(1)} and ${found.optunaMultivariate.toFixed(1)} ms`,
    );
  }
  peer.close();
  const machine = describeMachine();
  const versions = describeVersions(python(), ['optuna', 'numpy', 'scipy']);
  const rows = cases.map(
    ({ space, ours, optuna, optunaMultivariate }) =>
      `| ${space} | ${ours.toFixed(2)} | ${optuna.toFixed(1)} | ${optunaMultivariate.toFixed(1)} | ${(optuna / ours).toFixed(1)} |`,
  );
  const markdown = [
    `Milliseconds of processor time for one trial (ask, all suggestions, tell) after ${TRIALS} trials, median of ${repeats}; both with their`,
    'defaults, and Optuna with `multivariate=True` too.',
    '',
    '| space | holdfast | Optuna | Optuna, multivariate | times less than Optuna |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
    `${machine.cpu}; ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}.`,
  ].join('\n');
  return { result: { machine, versions, cases }, markdown, partial: wanted.length < Object.keys(SPACES).length };
}

async function ownTime(space: readonly (Range | Choices)[], repeats: number): Promise<number> {
  const { createStudy, InMemoryStorage, loadStudy, RandomSampler } = (await import(
    new URL('../dist/tuning/index.js', import.meta.url).href
  )) as typeof import('../src/tuning/index.js');
  const storage = new InMemoryStorage();
  const suggest = (trial: Awaited<ReturnType<Awaited<ReturnType<typeof createStudy>>['ask']>>): void => {
    for (const entry of space) {
      if ('choices' in entry) trial.suggestCategorical(entry.name, entry.choices);
      else if (entry.int) trial.suggestInt(entry.name, entry.low, entry.high, { log: entry.log ?? false });
      else trial.suggestFloat(entry.name, entry.low, entry.high, { log: entry.log ?? false });
    }
  };
  const start = await createStudy({ name: 's', storage, sampler: new RandomSampler() });
  await start.optimize(
    (trial) => {
      suggest(trial);
      return (trial.number * 0.618) % 1;
    },
    { trials: TRIALS },
  );
  const study = await loadStudy({ name: 's', storage });
  const times: number[] = [];
  // The first few also pay for compiling.
  for (let i = -10; i < repeats; i++) {
    const before = process.cpuUsage();
    const trial = await study.ask();
    suggest(trial);
    await study.tell(trial, (i * 0.618 + 7) % 1);
    const { user, system } = process.cpuUsage(before);
    if (i >= 0) times.push((user + system) / 1000);
  }
  return spread(times).median;
}
