/** Training graphs against PyTorch 2 in float64: losses, gradient norms and parameters after updates, of whole networks. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { networkOf } from '../../../bench/neural-networks.js';
import { loadEngine } from '../../../src/neural/engine/load.js';
import { adam } from '../../../src/neural/graph/optimisers/adam.js';
import type { Optimiser } from '../../../src/neural/graph/optimisers/optimiser.js';
import { sgd } from '../../../src/neural/graph/optimisers/sgd.js';
import { trainingProgram } from '../../../src/neural/graph/programs.js';
import { BATCH_SIZE, CASES, caseData, type PytorchCase, SIZE } from './pytorch-cases.js';

interface Golden {
  cases: { name: string; losses: number[]; norms: number[]; parameters: number[] }[];
}

const golden = JSON.parse(readFileSync(new URL('../../golden/neural-pytorch.json', import.meta.url), 'utf8')) as Golden;

function optimiserOf({ kind, learningRate: _, ...options }: PytorchCase['optimiser']): Optimiser {
  return kind === 'sgd' ? sgd(options) : adam(options);
}

async function train(each: PytorchCase) {
  const optimiser = optimiserOf(each.optimiser);
  const program = trainingProgram(networkOf(each.network, SIZE), {
    batch: BATCH_SIZE,
    loss: each.loss,
    optimiser,
    gradientClip: each.clip,
  });
  const engine = await loadEngine({ threads: 1, device: 'cpu' });
  const session = await engine.createSession(program.bytes);
  const data = caseData(each);
  const vector = (values: Float32Array) => ({ data: values, dims: [values.length] });
  const [{ shape }] = program.inputs;
  const sequence = each.network === 'transformer' ? data.x : timeMajor(data.x);
  const feeds = {
    sequence: { data: sequence, dims: shape },
    targets: { data: data.targets, dims: [BATCH_SIZE, SIZE.outputs] },
    weights: vector(data.weights),
  };
  let parameters = data.parameters;
  let state: Record<string, Float32Array> = Object.fromEntries(
    optimiser.stateNames.map((name) => [name, new Float32Array(parameters.length)]),
  );
  const losses: number[] = [];
  const norms: number[] = [];
  for (let step = 1; step <= each.updates; step++) {
    const scalars = Object.entries(optimiser.scalars(step, each.optimiser.learningRate)).map(
      ([name, value]) => [`scalar_${name}`, { data: Float32Array.of(value), dims: [] }] as const,
    );
    const states = Object.entries(state).map(([name, values]) => [`state_${name}`, vector(values)] as const);
    const out = await session.run({
      ...feeds,
      ...Object.fromEntries([...scalars, ...states]),
      parameters: vector(parameters),
    });
    losses.push(Number(out.loss.data[0]));
    norms.push(Number(out.gradient_norm.data[0]));
    parameters = out.next_parameters.data as Float32Array;
    state = Object.fromEntries(
      optimiser.stateNames.map((name) => [name, out[`next_state_${name}`].data as Float32Array]),
    );
  }
  await session.dispose();
  return { losses, norms, parameters };
}

/** (batch, steps, channels) to (steps, batch, channels). */
function timeMajor(x: Float32Array): Float32Array {
  const { steps, channels } = SIZE;
  return Float32Array.from(x, (_, i) => {
    const channel = i % channels;
    const row = Math.floor(i / channels) % BATCH_SIZE;
    const step = Math.floor(i / (channels * BATCH_SIZE));
    return x[(row * steps + step) * channels + channel];
  });
}

function worst(actual: ArrayLike<number>, wanted: readonly number[]): number {
  expect(actual.length).toBe(wanted.length);
  return wanted.reduce((most, value, i) => Math.max(most, Math.abs(actual[i] - value)), 0);
}

describe('a training graph gives the losses, gradient norms and parameters of PyTorch in float64', () => {
  it.each(CASES)('$name', async (each) => {
    const wanted = golden.cases.find(({ name }) => name === each.name);
    if (!wanted) throw new Error(`no golden values for '${each.name}': run make-neural-golden.py`);
    const { losses, norms, parameters } = await train(each);
    expect(worst(losses, wanted.losses)).toBeLessThan(2e-6);
    expect(worst(norms, wanted.norms)).toBeLessThan(5e-6);
    // Adam divides by the root of small squared gradients, which magnifies float32's rounding.
    expect(worst(parameters, wanted.parameters)).toBeLessThan(each.optimiser.kind === 'adam' ? 2e-5 : 2e-6);
  });
});
