/**
 * A training step of the sequence models beside PyTorch's, on the processor. Needs PyTorch: `bash test/interop/setup.sh torch`, 5 GB, or the
 * interpreter that HOLDFAST_TORCH_PYTHON names.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { EngineName } from '../src/neural/engine/engine.js';
import type { BenchmarkOptions, BenchmarkReport } from './benchmark.js';
import { closingLines, markedName, mebibytes, range } from './cells.js';
import { type Measurement, runSide, type Spread } from './harness.js';
import { type CaseResults, withKept } from './kept-cases.js';
import { describeMachine, describeVersions, type Machine } from './machine.js';
import type { NetworkKind, NetworkSize } from './neural-networks.js';
import { lastOf, measureCase, type PairedCase, type SideName } from './paired-case.js';

interface NeuralCase {
  network: NetworkKind;
  engine: EngineName;
  size: NetworkSize;
}

/** What a side is asked to do. */
export interface NeuralRequest extends NeuralCase {
  batch: number;
  threads: number;
  measureSeconds: number;
}

interface Steps extends Measurement {
  /** Of the graph and the session, or of the module. */
  buildSeconds: number;
}

interface NeuralResult extends PairedCase {
  settings: NeuralCase;
  buildSeconds: number;
}

interface Result extends CaseResults<NeuralResult> {
  machine: Machine;
  versions: Record<string, string>;
}

const RECURRENT: NetworkSize = { steps: 30, channels: 180, width: 128, outputs: 3 };
const LONG: NetworkSize = { steps: 60, channels: 180, width: 64, outputs: 3 };
const BATCH = 256;

const NETWORKS: Record<NetworkKind, NetworkSize> = {
  lstm: RECURRENT,
  gru: RECURRENT,
  tcn: LONG,
  'tcn-all-steps': LONG,
  transformer: LONG,
};

const CASES: Record<string, NeuralCase> = Object.fromEntries(
  (['onnxruntime-node', 'onnxruntime-web'] as const).flatMap((engine) =>
    (Object.keys(NETWORKS) as NetworkKind[])
      .filter((network) => engine === 'onnxruntime-node' || network !== 'tcn-all-steps')
      .map((network) => [
        engine === 'onnxruntime-node' ? network : `${network}-web`,
        { network, engine, size: NETWORKS[network] },
      ]),
  ),
);

const sides = fileURLToPath(new URL('./sides/', import.meta.url));

export async function run(options: BenchmarkOptions): Promise<BenchmarkReport> {
  const machine = describeMachine();
  const torch = torchPython();
  const versions = describeVersions(torch, ['torch']);
  const names = Object.keys(CASES).filter((name) => options.cases?.includes(name) ?? true);
  const cases: NeuralResult[] = [];
  for (const name of names) {
    for (const threads of options.threads) cases.push(await measure(name, threads, torch, options));
  }
  const result: Result = { machine, versions, cases };
  if (!options.quick) result.cases = withKept('neural', result, Object.keys(CASES));
  return { result, markdown: table(result) };
}

export function torchPython(): string {
  if (process.env.HOLDFAST_TORCH_PYTHON) return process.env.HOLDFAST_TORCH_PYTHON;
  const setup = fileURLToPath(new URL('../test/interop/setup.sh', import.meta.url));
  const lines = execFileSync('bash', [setup, 'torch'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  return lines.trimEnd().split('\n').pop() ?? '';
}

async function measure(
  name: string,
  threads: number,
  torch: string,
  { pairs, quick, log }: BenchmarkOptions,
): Promise<NeuralResult> {
  const settings = CASES[name];
  const request: NeuralRequest = { ...settings, batch: BATCH, threads, measureSeconds: quick ? 0.5 : 2 };
  const programs: Record<SideName, [string, ...string[]]> = {
    ours: [process.execPath, '--import', 'tsx', `${sides}neural-step-ours.ts`],
    native: [torch, `${sides}neural_step_native.py`],
  };
  const { row, found } = await measureCase(
    { name, threads },
    (which) => runSide<Steps>(programs[which], request, { OMP_NUM_THREADS: String(threads) }),
    // Steps before those that count warm each process up.
    // A step in onnxruntime-web lasts so long that two pairs say whether it keeps to its limit.
    { pairs: settings.engine === 'onnxruntime-web' ? Math.min(pairs, 2) : pairs, warmup: false, log },
  );
  return { ...row, settings, buildSeconds: lastOf(found).ours.buildSeconds };
}

/** At most so many times PyTorch's time. */
function limitOf({ engine, network }: NeuralCase): number {
  if (engine === 'onnxruntime-web') return 4;
  return network.startsWith('tcn') ? 1.1 : 1;
}

function table({ machine, versions, cases }: Result): string {
  const ms = ({ median, min, max }: Spread) => range({ median: 1000 * median, min: 1000 * min, max: 1000 * max }, 0);
  return [
    `Milliseconds of a training step (forward, backward, Adam) of ${BATCH} windows of 180 channels, each the median of a fresh process; medians (smallest to largest) over interleaved pairs. The ratio is holdfast / PyTorch, pair by pair: below 1 ours is faster. Cases in \`-web\` run in onnxruntime-web, the others in onnxruntime-node.`,
    'lstm, gru: 30 steps, two layers of 128; tcn: 60 steps, four blocks of 64 filters, its last output; transformer: 60 steps, two layers of width 64, four heads. tcn computes only the steps that its last output reads (15, 7, 3 and 1 of 60 in the four blocks), with the same outputs and gradients; tcn-all-steps computes all, as PyTorch does.',
    '',
    '| case | threads | holdfast ms | PyTorch ms | ratio | limit | graph and session s | MiB: holdfast | PyTorch |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...cases.map((row) => {
      const { threads, seconds, ratio, buildSeconds, peakRss } = row;
      const cells = [
        markedName(row),
        threads,
        ms(seconds.ours),
        ms(seconds.native),
        range(ratio),
        limitOf(row.settings),
        buildSeconds.toFixed(2),
        mebibytes(peakRss.ours),
        mebibytes(peakRss.native),
      ];
      return `| ${cells.join(' | ')} |`;
    }),
    ...closingLines(cases, machine, versions),
  ].join('\n');
}
