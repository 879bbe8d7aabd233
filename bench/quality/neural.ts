/**
 * The accuracy of neural models beside PyTorch's: the same layers, hyperparameters and data, five seeds on both sides, no early stopping.
 * Needs torch in the interop environment, or in the python that HOLDFAST_TORCH_PYTHON names. Seeds draw other numbers there, so what counts
 * is the difference of the means beside the deviation over seeds. Cases are named `model/set`.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type * as Core from '../../src/index.js';
import type * as Neural from '../../src/neural/index.js';
import { python } from '../../test/interop/python.js';
import type { BenchmarkOptions, BenchmarkReport } from '../benchmark.js';
import { describeMachine } from '../machine.js';
import { readSequenceSet, SEQUENCE_SETS, type SequenceSet } from './sequence-sets.js';

const TRAINING = { batchSize: 32, epochs: 40, learningRate: 0.003, dropout: 0.1 };
const MODELS: Record<string, Record<string, unknown>> = {
  lstm: { hiddenSize: 32, numLayers: 1 },
  gru: { hiddenSize: 32, numLayers: 1 },
  tcn: { hiddenSize: 24, numLayers: 3, kernelSize: 3 },
  transformer: { hiddenSize: 32, numHeads: 4, numLayers: 1, feedForwardSize: 64 },
  cnn1d: { filters: [24, 48] },
};
const SEEDS = [1, 2, 3, 4, 5];

interface Result {
  model: string;
  set: string;
  ours: number[];
  native: number[];
}

const cache = fileURLToPath(new URL('../.cache/', import.meta.url));
const script = fileURLToPath(new URL('../sides/neural_native.py', import.meta.url));

export async function run(options: BenchmarkOptions): Promise<BenchmarkReport> {
  const seeds = options.quick ? [1] : SEEDS;
  const results: Result[] = [];
  let torch = '';
  for (const name of SEQUENCE_SETS) {
    const models = Object.keys(MODELS).filter((model) => !options.cases || options.cases.includes(`${model}/${name}`));
    if (models.length === 0) continue;
    const set = readSequenceSet(name);
    for (const model of models) {
      const config = { ...TRAINING, ...(options.quick ? { epochs: 2 } : {}), ...MODELS[model] };
      const measured = await remembered(`${model}-${name}`, { config, seeds }, async () => {
        const ours = await accuracies(model, set, config, seeds);
        return { ours, ...(await peer(model, set, config, seeds)) };
      });
      const { ours, accuracies: native } = measured;
      torch = measured.torch;
      results.push({ model, set: name, ours, native });
      options.log(`${model}/${name}: ours ${summary(ours)}, PyTorch ${summary(native)}`);
    }
  }
  return {
    result: {
      torch,
      node: process.version,
      machine: { cpu: describeMachine().cpu },
      training: TRAINING,
      models: MODELS,
      results,
    },
    markdown: table(results, torch),
    partial: results.length < SEQUENCE_SETS.length * Object.keys(MODELS).length,
  };
}

interface Measured {
  readonly ours: number[];
  readonly accuracies: number[];
  readonly torch: string;
}

/** A case that was measured before with the same settings is not measured again: the whole table takes half an hour. `bench/.cache` forgets. */
async function remembered(name: string, settings: object, measure: () => Promise<Measured>): Promise<Measured> {
  const file = `${cache}quality-neural-${name}.json`;
  const key = JSON.stringify(settings);
  if (existsSync(file)) {
    const known = JSON.parse(readFileSync(file, 'utf8')) as { key: string; measured: Measured };
    if (known.key === key) return known.measured;
  }
  const measured = await measure();
  writeFileSync(file, JSON.stringify({ key, measured }));
  return measured;
}

async function accuracies(
  model: string,
  { length, channels, train, test }: SequenceSet,
  config: object,
  seeds: readonly number[],
): Promise<number[]> {
  // The built package, as users have it.
  const { Matrix, Windows } = (await import('holdfast' as string)) as typeof Core;
  const neural = (await import('holdfast/neural' as string)) as typeof Neural;
  const classes = {
    lstm: neural.LSTMModel,
    gru: neural.GRUModel,
    tcn: neural.TCNModel,
    transformer: neural.TransformerModel,
    cnn1d: neural.CNN1DModel,
  };
  const windows = (X: Float32Array) => {
    const ends = Uint32Array.from({ length: X.length / length / channels }, (_, i) => (i + 1) * length - 1);
    return new Windows(Matrix.wrap(X, channels), ends, length);
  };
  const found: number[] = [];
  for (const seed of seeds) {
    const fresh = new classes[model as keyof typeof classes]({
      ...config,
      patience: null,
      standardize: false,
    } as never);
    await fresh.fit({ X: windows(train.X), y: train.y }, { seed, threads: 1 });
    const { predictions } = await fresh.predict(windows(test.X), { threads: 1 });
    found.push(predictions.filter((label, i) => label === test.y[i]).length / test.y.length);
  }
  return found;
}

async function peer(
  model: string,
  { name, length, channels, classes, train, test }: SequenceSet,
  config: object,
  seeds: readonly number[],
): Promise<{ accuracies: number[]; torch: string }> {
  const data = `${cache}quality-neural-${name}-${process.pid}/`;
  mkdirSync(data, { recursive: true });
  for (const [part, { X, y }] of Object.entries({ train, test })) {
    writeFileSync(`${data}${part}.f32`, X);
    writeFileSync(`${data}${part}.i32`, y);
  }
  const child = spawn(process.env.HOLDFAST_TORCH_PYTHON ?? python(), [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify({ model, length, channels, classes, config, seeds, data }));
  let text = '';
  for await (const chunk of child.stdout) text += String(chunk);
  rmSync(data, { recursive: true });
  return JSON.parse(text) as { accuracies: number[]; torch: string };
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

function deviation(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / Math.max(1, values.length - 1));
}

const summary = (values: readonly number[]): string => `${mean(values).toFixed(4)} ± ${deviation(values).toFixed(4)}`;

function table(results: readonly Result[], torch: string): string {
  const lines = results.map(({ model, set, ours, native }) => {
    const within = Math.abs(mean(ours) - mean(native)) <= Math.max(deviation(ours), deviation(native)) + 1e-12;
    return `| ${set} | ${model} | ${summary(ours)} | ${summary(native)} | ${within ? 'yes' : mean(ours) > mean(native) ? 'better' : 'no'} |`;
  });
  return `Test accuracy beside PyTorch ${torch}: mean and standard deviation over ${SEEDS.length} seeds on each side; the same layers, hyperparameters
(${JSON.stringify(TRAINING)}, gradient norm clipped at 1, Adam) and data, without early stopping. The last column says whether the means lie
within one standard deviation (the larger of both sides'). PyTorch's transformer drops attention's shares too.

| set | model | holdfast | PyTorch | within one deviation |
| --- | --- | --- | --- | --- |
${lines.join('\n')}`;
}
