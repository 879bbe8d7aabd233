/**
 * What neural models promise in absolute numbers: time until the first step, memory above the data, a step of a stream, and how long the
 * event loop waits during a fit. Each measurement is a process of its own.
 */
import { fileURLToPath } from 'node:url';
import type { EngineName } from '../src/neural/engine/engine.js';
import type { BenchmarkOptions, BenchmarkReport } from './benchmark.js';
import { runSide, type Spread, spread } from './harness.js';
import { type KeptRow, keptLines, withKept } from './kept-cases.js';
import { describeMachine, describeVersions } from './machine.js';
import { torchPython } from './neural.js';

type LimitKind = 'build' | 'memory' | 'stream' | 'loop';

interface LimitCase {
  kind: LimitKind;
  model: string;
  engine: EngineName;
  length: number;
  channels: number;
  /** Of the base that windows lie over. */
  rows?: number;
  /** Every so manyth window is trained on: the memory is that of all of them but for some bytes a window. */
  every?: number;
  /** Rows instead of windows, in shared memory or in an array of the caller's. */
  input?: 'rows' | 'own-rows';
  config?: Record<string, unknown>;
}

/** What a side is asked to do. */
export interface LimitRequest extends LimitCase {
  threads: number;
}

interface LimitResult extends KeptRow {
  kind: LimitKind;
  /** Seconds, or bytes of memory. */
  value: Spread;
  /** Of a stream: the slowest of a hundred steps. */
  slow?: Spread;
  /** Of a gap: what the main thread itself ran in its longest turn. */
  own?: Spread;
  /** PyTorch's, where it has the same. */
  native?: Spread;
}

const NODE = { engine: 'onnxruntime-node', length: 60, channels: 180 } as const;
const MARKET_ROWS = 73_000;
/** A network so small that a fit lasts seconds: what is looked at is the main thread. */
const LOOP = {
  engine: 'onnxruntime-node',
  length: 10,
  channels: 180,
  kind: 'loop',
  rows: MARKET_ROWS,
  every: 1,
} as const;
const SMALL = { hiddenSize: 8, numLayers: 1, epochs: 1, patience: 1 };

const CASES: Record<string, LimitCase> = {
  ...each('build', ['lstm', 'gru', 'tcn', 'transformer', 'cnn1d', 'hybrid'], {}),
  ...each('memory', ['lstm', 'tcn', 'transformer'], { rows: MARKET_ROWS, every: 16, config: { epochs: 1 } }),
  ...each('stream', ['lstm', 'gru', 'tcn'], {}),
  'loop-windows': { ...LOOP, model: 'gru', config: SMALL },
  'loop-rows': { ...LOOP, model: 'gru', input: 'rows', config: SMALL },
  'loop-own-rows': { ...LOOP, model: 'gru', input: 'own-rows', config: SMALL },
  'loop-hybrid': {
    ...LOOP,
    model: 'hybrid',
    input: 'rows',
    config: { encoder: 'gru', hiddenSize: 8, epochs: 1, patience: 1 },
  },
};

function each(kind: LimitKind, models: readonly string[], more: Partial<LimitCase>): Record<string, LimitCase> {
  return Object.fromEntries(models.map((model) => [`${kind}-${model}`, { ...NODE, kind, model, ...more }]));
}

const sides = fileURLToPath(new URL('./sides/', import.meta.url));

const PROGRAMS: Record<LimitKind, readonly string[]> = {
  build: ['--import', 'tsx', `${sides}neural-build-ours.ts`],
  memory: ['--expose-gc', `${sides}neural-fit-ours.mjs`],
  stream: [`${sides}neural-stream-ours.mjs`],
  loop: [`${sides}neural-fit-ours.mjs`],
};

/** A promise, in words and as a number in the case's own unit. */
const LIMITS: Record<LimitKind, { what: string; limit: number; unit: string; perUnit: number }> = {
  build: { what: 'graphs and sessions of a fit, 60 steps of 180 channels', limit: 1, unit: 's', perUnit: 1 },
  memory: { what: 'peak of a fit and a prediction above the data', limit: 600, unit: 'MiB', perUnit: 2 ** 20 },
  stream: { what: 'median step of a stream of 180 channels', limit: 1, unit: 'ms', perUnit: 1e-3 },
  loop: { what: 'longest gap of the event loop, fit and prediction', limit: 50, unit: 'ms', perUnit: 1e-3 },
};

export async function run(options: BenchmarkOptions): Promise<BenchmarkReport> {
  const machine = describeMachine();
  const torch = torchPython();
  const versions = describeVersions(torch, ['torch']);
  const names = Object.keys(CASES).filter((name) => options.cases?.includes(name) ?? true);
  const cases: LimitResult[] = [];
  for (const name of names) {
    for (const threads of options.threads) cases.push(await measure(name, threads, torch, options));
  }
  const result = { machine, versions, cases };
  if (!options.quick) result.cases = withKept('neural-limits', result, Object.keys(CASES));
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const place = [
    `Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB.`,
    `Versions: ${list.join(', ')}.`,
  ];
  return { result, markdown: [...table(result.cases), '', ...keptLines(result.cases), ...place].join('\n') };
}

async function measure(
  name: string,
  threads: number,
  torch: string,
  { pairs, quick, log }: BenchmarkOptions,
): Promise<LimitResult> {
  const { kind, model } = CASES[name];
  const request: LimitRequest = { ...CASES[name], threads };
  // Memory is the same every time but for a few MiB.
  const times = quick || kind === 'memory' ? 1 : pairs;
  const hasPeer = kind === 'stream' && model !== 'tcn';
  const own: { value: number; slow?: number; own?: number }[] = [];
  const native: number[] = [];
  for (let i = 0; i < times; i++) {
    own.push(await runSide([process.execPath, ...PROGRAMS[kind]], request));
    if (!hasPeer) continue;
    const { value } = await runSide<{ value: number }>([torch, `${sides}neural_stream_native.py`], request);
    native.push(value);
  }
  const result: LimitResult = { name, kind, threads, value: spread(own.map(({ value }) => value)) };
  if (kind === 'stream') result.slow = spread(own.map(({ slow }) => slow ?? Number.NaN));
  if (kind === 'loop') result.own = spread(own.map(({ own }) => own ?? Number.NaN));
  if (hasPeer) result.native = spread(native);
  log(`${name}, ${threads} thread(s): ${printed(result.value, kind)} ${LIMITS[kind].unit}`);
  return result;
}

function printed({ median, min, max }: Spread, kind: LimitKind): string {
  const { perUnit } = LIMITS[kind];
  const digits = kind === 'memory' || kind === 'loop' ? 0 : 2;
  const [middle, least, most] = [median, min, max].map((value) => (value / perUnit).toFixed(digits));
  return least === most ? middle : `${middle} (${least} to ${most})`;
}

/** Whether a result keeps its promise: gaps of the event loop by the longest, others by the median. */
const kept = ({ kind, value }: LimitResult): boolean =>
  (kind === 'loop' ? value.max : value.median) / LIMITS[kind].perUnit < LIMITS[kind].limit;

function table(results: readonly LimitResult[]): string[] {
  return [
    `Medians (smallest to largest). A base of ${MARKET_ROWS} rows of 180 channels, windows of 60 rows (\`loop\`: 10). A \`memory\` case trains an epoch on every 16th window of that base, validates and predicts: of more windows its memory grows by some bytes each. Training and prediction in a process of its own each; \`loop-rows\` and \`loop-own-rows\` make the windows themselves, from shared memory and from an array of the caller's. A step of a stream is what \`await stream.push(bar)\` takes, with the way to the worker thread and back; in brackets the slowest of a hundred. Models have their default sizes (lstm, gru: two layers of 128), but for \`loop\`; there, brackets hold the processor time of the main thread in its longest turn, which other programs do not lengthen.`,
    '',
    '| case | threads | what | measured | limit | kept | PyTorch |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...results.map((result) => {
      const { name, kind, threads, value, slow, own, native } = result;
      const beside = slow ?? own;
      const { what, limit, unit } = LIMITS[kind];
      const tail = beside ? ` [${printed(beside, kind)}]` : '';
      return `| ${name} | ${threads} | ${what} | ${printed(value, kind)}${tail} ${unit} | ${limit} ${unit} | ${kept(result) ? 'yes' : 'no'} | ${native ? `${printed(native, kind)} ${unit}` : ''} |`;
    }),
  ];
}
