/**
 * What the trainer agent costs beside the bare work that it does: `ModelTrainerAgent.execute` with everything embedded (PGlite, model store,
 * split registry, memory, report, artifacts) beside split, preprocessing, tuning, fit and evaluation by hand, on bundled real bars. Both
 * sides are ours, each a fresh process.
 */
import { fileURLToPath } from 'node:url';
import type { BenchmarkOptions, BenchmarkReport } from './benchmark.js';
import { markedName, mebibytes, range } from './cells.js';
import { type Measurement, runSide, spread } from './harness.js';
import { type CaseResults, keptLines, withKept } from './kept-cases.js';
import { describeMachine, type Machine } from './machine.js';
import { lastOf, measureCase, type PairedCase, type SideName } from './paired-case.js';

const file = (name: string) => fileURLToPath(new URL(`../examples/data/${name}`, import.meta.url));
const HOURLY = { file: file('spy-hourly.csv.gz'), bars: { label: 'direction', horizon: 8 } };
const MINUTES = {
  file: file('es-fut-1min-sample.csv.gz'),
  bars: { label: 'triple-barrier', horizon: 20, group: 'contract', sessionGap: 30 * 60_000 },
};
const BOOSTED = { model: 'lightgbm', config: { numIterations: 200, earlyStoppingRounds: 0 } };

/** `again`: the directory has a database, as it has from its second run on. The first run makes one. */
const CASES = [
  { name: 'one fit in a new directory', ...MINUTES, ...BOOSTED, trials: 0, again: false },
  { name: 'one fit', ...MINUTES, ...BOOSTED, trials: 0, again: true },
  { name: 'one fit on hourly bars', ...HOURLY, ...BOOSTED, trials: 0, again: true },
  { name: '20 trials and a fit in a new directory', ...MINUTES, ...BOOSTED, trials: 20, again: false },
  { name: '20 trials and a fit', ...MINUTES, ...BOOSTED, trials: 20, again: true },
] as const;

interface Run extends Measurement {
  /** Seconds of processor time. */
  cpu: number;
  steps: { name: string; seconds: number }[];
}

interface AgentCase extends PairedCase {
  cpu: Record<SideName, number>;
  /** Seconds of the agent's steps in its last run. */
  steps: Record<string, number>;
}

interface Result extends CaseResults<AgentCase> {
  machine: Machine;
  versions: Record<string, string>;
}

const caseNames = CASES.map(({ name }) => name);

export async function run(options: BenchmarkOptions): Promise<BenchmarkReport> {
  const cases: AgentCase[] = [];
  for (const what of CASES.filter(({ name }) => options.cases?.includes(name) ?? true))
    for (const threads of options.threads) cases.push(await measure(what, threads, options));
  const result: Result = { machine: describeMachine(), versions: { node: process.versions.node }, cases };
  if (!options.quick) result.cases = withKept('agent', result, caseNames);
  return { result, markdown: table(result) };
}

/** 'native' is the bare work. */
async function measure(
  { name, ...what }: (typeof CASES)[number],
  threads: number,
  { pairs, quick, log }: BenchmarkOptions,
): Promise<AgentCase> {
  const script = fileURLToPath(new URL('./sides/agent.mjs', import.meta.url));
  const side = (which: SideName) =>
    runSide<Run>([process.execPath, script], { ...what, threads, agent: which === 'ours' });
  const { row, found } = await measureCase<Run>({ name, threads }, side, { pairs, warmup: !quick, log });
  const cpu = (which: SideName) => spread(found[which].map((one) => one.cpu)).median;
  const steps = Object.fromEntries(lastOf(found).ours.steps.map((step) => [step.name, step.seconds]));
  return { ...row, cpu: { ours: cpu('ours'), native: cpu('native') }, steps };
}

function table({ machine, versions, cases }: Result): string {
  const rows = cases.map((c) => {
    const more = spread(c.pairs.map(({ ours, native }) => ours.seconds - native.seconds));
    const share = spread(c.pairs.map(({ ours, native }) => 100 * (ours.seconds / native.seconds - 1)));
    const cells = [
      markedName(c),
      c.threads,
      c.pairs.length,
      range(c.seconds.ours),
      range(c.seconds.native),
      range(more),
      range(share, 1),
      `${c.cpu.ours.toFixed(2)} / ${c.cpu.native.toFixed(2)}`,
      `${mebibytes(c.peakRss.ours)} / ${mebibytes(c.peakRss.native)}`,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    "The agent's whole run, from the quality gate to the handoff, with the embedded database, beside split, preprocessing, tuning, fit and evaluation by hand. Bundled bars: one-minute ES futures with triple-barrier labels, hourly SPY with directions; `lightgbm`, 200 trees.",
    'Seconds, median (smallest to largest); what the agent takes more, in seconds and in percent, pair by pair. The first run of a directory makes its database; later ones open it.',
    '',
    '| run | threads | pairs | agent s | bare s | more s | more % | processor s, agent / bare | peak MiB, agent / bare |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    ...keptLines(cases),
    `Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}. Versions: ${Object.entries(
      versions,
    )
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}.`,
  ].join('\n');
}
