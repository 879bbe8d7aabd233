/** A training step of the sequence models beside PyTorch's, on the processor. Needs PyTorch: `bash test/interop/setup.sh torch`, 5 GB. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { EngineName } from '../src/neural/engine/engine.js';
import type { BenchmarkOptions, BenchmarkReport } from './benchmark.js';
import { type Measurement, measurePairs, type PairedResult, runSide, type Spread } from './harness.js';
import { describeMachine, describeVersions } from './machine.js';
import type { NetworkKind, NetworkSize } from './neural-networks.js';

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

interface Result {
  name: string;
  threads: number;
  times: PairedResult;
  buildSeconds: number;
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
    (Object.keys(NETWORKS) as NetworkKind[]).map((network) => [
      engine === 'onnxruntime-node' ? network : `${network}-web`,
      { network, engine, size: NETWORKS[network] },
    ]),
  ),
);

const sides = fileURLToPath(new URL('./sides/', import.meta.url));

export async function run(options: BenchmarkOptions): Promise<BenchmarkReport> {
  const { busyAtStart, ...machine } = describeMachine();
  const torch = torchPython();
  const names = Object.keys(CASES).filter((name) => !options.cases || options.cases.includes(name));
  const results: Result[] = [];
  for (const name of names) {
    for (const threads of options.threads) results.push(await measure(name, threads, torch, options));
  }
  const versions = describeVersions(torch, ['torch']);
  const result = { machine, busyAtStart, versions, cases: CASES, results };
  const partial = names.length < Object.keys(CASES).length;
  return { result, partial, markdown: table(results, `${machine.cpu}, ${machine.cores} cores`, versions) };
}

function torchPython(): string {
  if (process.env.HOLDFAST_TORCH_PYTHON) return process.env.HOLDFAST_TORCH_PYTHON;
  const setup = fileURLToPath(new URL('../test/interop/setup.sh', import.meta.url));
  const lines = execFileSync('bash', [setup, 'torch'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  return lines.trimEnd().split('\n').pop() ?? '';
}

async function measure(name: string, threads: number, torch: string, options: BenchmarkOptions): Promise<Result> {
  const { pairs, quick, log } = options;
  const request: NeuralRequest = { ...CASES[name], batch: BATCH, threads, measureSeconds: quick ? 0.5 : 2 };
  const environment = { OMP_NUM_THREADS: String(threads) };
  let buildSeconds = 0;
  const ours = async () => {
    const steps = await runSide<Steps>(
      [process.execPath, '--import', 'tsx', `${sides}neural-step-ours.ts`],
      request,
      environment,
    );
    buildSeconds = steps.buildSeconds;
    return steps;
  };
  const native = () => runSide<Steps>([torch, `${sides}neural_step_native.py`], request, environment);
  const milliseconds = ({ seconds }: Measurement) => (seconds * 1000).toFixed(1);
  const times = await measurePairs(
    { ours, native },
    {
      pairs,
      // Steps before those that count warm each process up.
      warmup: false,
      onPair: (pair) =>
        log(
          `${name}, ${threads} thread(s): ours ${milliseconds(pair.ours)} ms, PyTorch ${milliseconds(pair.native)} ms`,
        ),
    },
  );
  return { name, threads, times, buildSeconds };
}

function table(results: readonly Result[], machine: string, versions: Record<string, string>): string {
  const ms = ({ median, min, max }: Spread) =>
    `${(median * 1000).toFixed(0)} (${(min * 1000).toFixed(0)} to ${(max * 1000).toFixed(0)})`;
  const spread = ({ median, min, max }: Spread) => `${median.toFixed(2)} (${min.toFixed(2)} to ${max.toFixed(2)})`;
  const mebibytes = ({ median }: Spread) => (median / 2 ** 20).toFixed(0);
  return [
    `Milliseconds of a training step (forward, backward, Adam) of ${BATCH} windows of 180 channels, each the median of a fresh process; medians (smallest to largest) over ${results[0]?.times.pairs.length ?? 0} interleaved pairs. The ratio is holdfast / PyTorch, pair by pair: below 1 ours is faster.`,
    'lstm, gru: 30 steps, two layers of 128; tcn: 60 steps, four blocks of 64 filters, its last output; transformer: 60 steps, two layers of width 64, four heads. tcn computes only the steps that its last output reads (15, 7, 3 and 1 of 60 in the four blocks), with the same outputs and gradients; tcn-all-steps computes all, as PyTorch does.',
    '',
    '| case | threads | holdfast ms | PyTorch ms | ratio | graph and session s | MiB: holdfast | PyTorch |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...results.map(
      ({ name, threads, times, buildSeconds }) =>
        `| ${name} | ${threads} | ${ms(times.seconds.ours)} | ${ms(times.seconds.native)} | ${spread(times.ratio)} | ${buildSeconds.toFixed(2)} | ${mebibytes(times.peakRss.ours)} | ${mebibytes(times.peakRss.native)} |`,
    ),
    '',
    `Machine: ${machine}. Versions: ${Object.entries(versions)
      .map(([key, version]) => `${key} ${version}`)
      .join(', ')}.`,
  ].join('\n');
}
