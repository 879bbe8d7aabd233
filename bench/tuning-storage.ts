/**
 * Trials a second that a storage keeps, beside Optuna's on the same database: five floats at random, an objective that costs nothing, so that
 * what is measured is the keeping. Every worker is a process; the clock runs from when all are ready until the last is done, and afterwards
 * each trial has to be there once.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { PostgresServer } from '../test/interop/postgres.js';
import { python } from '../test/interop/python.js';
import type { BenchmarkOptions, BenchmarkReport } from './benchmark.js';
import { type Measurement, measurePairs, type PairedResult } from './harness.js';
import { busyShare, describeMachine, describeVersions } from './machine.js';

type Kind = 'postgresql' | 'sqlite' | 'journal';
interface Case {
  readonly kind: Kind;
  readonly workers: number;
  readonly trials: number;
}
interface Row extends PairedResult {
  readonly name: string;
  readonly trials: number;
  readonly busyAtStart: number;
}
interface Done {
  readonly processorSeconds: number;
  readonly peakRss: number;
}

const PARAMS = 5;
const CASES: Record<string, Case> = {
  'PostgreSQL by 8 workers': { kind: 'postgresql', workers: 8, trials: 1000 },
  'PostgreSQL by one worker': { kind: 'postgresql', workers: 1, trials: 300 },
  'SQLite by one worker': { kind: 'sqlite', workers: 1, trials: 200 },
  'journal file by one worker': { kind: 'journal', workers: 1, trials: 300 },
};
const sides = fileURLToPath(new URL('./sides/', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'holdfast-storages-'));
let places = 0;

export async function run({ pairs, quick, log, cases: names }: BenchmarkOptions): Promise<BenchmarkReport> {
  const wanted = Object.entries(CASES).filter(([name]) => names?.includes(name) ?? true);
  // As a database in production: each commit waits for the disk.
  const server = await PostgresServer.start({ durable: true });
  const rows: Row[] = [];
  try {
    for (const [name, found] of wanted) {
      const setting = quick ? { ...found, trials: Math.ceil(found.trials / 20) } : found;
      const busyAtStart = busyShare();
      const side = (which: 'ours' | 'native') => async (): Promise<Measurement> => {
        const place = await newPlace(setting.kind, server);
        const measured = await measure(which, setting, place);
        await checkAllThere(setting, place);
        return measured;
      };
      const result = await measurePairs(
        { ours: side('ours'), native: side('native') },
        {
          pairs,
          warmup: !quick,
          onPair: ({ ours, native }) =>
            log(`${name}: ours ${ours.seconds.toFixed(2)} s, Optuna ${native.seconds.toFixed(2)} s`),
        },
      );
      rows.push({ name, trials: setting.trials, busyAtStart, ...result });
    }
  } finally {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  }
  const machine = describeMachine();
  const versions = { ...describeVersions(python(), ['optuna', 'sqlalchemy', 'psycopg']), ...otherVersions(rows) };
  return {
    result: { machine, versions, rows },
    markdown: table(rows, `${machine.cpu}, ${machine.cores} cores`, versions),
    partial: wanted.length < Object.keys(CASES).length,
  };
}

async function newPlace(kind: Kind, server: PostgresServer): Promise<string> {
  const name = `study${places++}`;
  return kind === 'postgresql' ? server.createDatabase(name) : join(directory, `${name}.${kind}`);
}

/** node:sqlite is in newer Nodes only: where this one has none, the registry's `node` package of version 24 runs our side. */
function program(which: 'ours' | 'native', kind: Kind): readonly string[] {
  if (which === 'native') return [python(), `${sides}storage_native.py`];
  const node = kind === 'sqlite' && !process.getBuiltinModule('node:sqlite') ? newerNode() : process.execPath;
  return [node, `${sides}storage-ours.mjs`];
}

let newer: string | undefined;
function newerNode(): string {
  newer ??= execFileSync('npx', ['--yes', '-p', 'node@24', 'node', '-p', 'process.execPath'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
  return newer;
}

async function measure(which: 'ours' | 'native', setting: Case, place: string): Promise<Measurement> {
  const { kind, workers, trials } = setting;
  const [command, ...args] = program(which, kind);
  const children: Worker[] = [];
  for (let seed = 0; seed < workers; seed++) {
    const share = Math.floor(trials / workers) + (seed < trials % workers ? 1 : 0);
    const request = JSON.stringify({ kind, place, trials: share, params: PARAMS, seed });
    const worker = new Worker(spawn(command, [...args, request], { stdio: ['pipe', 'pipe', 'inherit'] }));
    // One makes the tables: Optuna's workers may trip over each other while they do.
    await worker.line();
    children.push(worker);
  }
  const start = performance.now();
  for (const child of children) child.go();
  const done = await Promise.all(children.map(async (child) => JSON.parse(await child.line()) as Done));
  const seconds = (performance.now() - start) / 1000;
  await Promise.all(children.map((child) => child.ended));
  return { seconds, peakRss: Math.max(...done.map(({ peakRss }) => peakRss)) };
}

class Worker {
  readonly ended: Promise<void>;
  private readonly lines: AsyncIterator<string>;

  constructor(private readonly child: ChildProcess) {
    if (!child.stdout) throw new Error('a worker without output');
    this.lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    this.ended = new Promise((resolve) => child.once('exit', () => resolve()));
  }

  async line(): Promise<string> {
    const { value, done } = await this.lines.next();
    if (done) throw new Error('a worker ended too early');
    return value;
  }

  go(): void {
    this.child.stdin?.end('go\n');
  }
}

async function checkAllThere({ kind, trials }: Case, place: string): Promise<void> {
  // What Node 20 cannot open, Python counts.
  const url = kind === 'postgresql' ? place.replace('postgresql:', 'postgresql+psycopg:') : `sqlite:///${place}`;
  const script = `
import sys, optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
optuna.logging.set_verbosity(optuna.logging.ERROR)
kind, place = sys.argv[1:]
storage = JournalStorage(JournalFileBackend(place)) if kind == 'journal' else place
trials = optuna.load_study(study_name='s', storage=storage).trials
print(sorted(t.number for t in trials) == list(range(len(trials))) and all(t.state.name == 'COMPLETE' and len(t.params) == ${PARAMS} for t in trials), len(trials))`;
  const said = execFileSync(python(), ['-c', script, kind, kind === 'journal' ? place : url], {
    encoding: 'utf8',
  }).trim();
  if (said !== `True ${trials}`) throw new Error(`not all trials are there: ${said} of ${trials}`);
}

function otherVersions(rows: readonly Row[]): Record<string, string> {
  const usesNewer = rows.some(({ name }) => name.startsWith('SQLite')) && newer;
  return usesNewer
    ? { 'node (SQLite)': execFileSync(usesNewer, ['--version'], { encoding: 'utf8' }).trim().slice(1) }
    : {};
}

function table(rows: readonly Row[], machine: string, versions: Record<string, string>): string {
  const lines = rows.map(({ name, trials, seconds, ratio, busyAtStart }) => {
    const rate = (median: number): string => (trials / median).toFixed(0);
    const ratios = [1 / ratio.median, 1 / ratio.max, 1 / ratio.min].map((value) => value.toFixed(1));
    return `| ${name} | ${trials} | ${rate(seconds.ours.median)} | ${rate(seconds.native.median)} | ${ratios[0]} (${ratios[1]} to ${ratios[2]}) | ${Math.round(busyAtStart * 100)}% |`;
  });
  return [
    `Trials a second (${PARAMS} floats at random, an objective that costs nothing), medians; the ratio is taken pair by pair. Each worker is a`,
    'process. PostgreSQL and SQLite commit to the disk. After each run every trial was there once.',
    '',
    '| storage | trials | holdfast | Optuna | times Optuna | busy at start |',
    '| --- | --- | --- | --- | --- | --- |',
    ...lines,
    '',
    `${machine}; ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}.`,
  ].join('\n');
}
