/**
 * The layers of `tcn` (Bai, Kolter and Koltun, 2018): residual blocks of dilated causal convolutions. Only the steps that the output depends on
 * are computed.
 */
import { timesRead } from '../graph/fused/convolution.js';
import type { Value } from '../graph/graph.js';
import { add } from '../graph/operators/add.js';
import { concat } from '../graph/operators/concat.js';
import { dropout } from '../graph/operators/dropout.js';
import { gather } from '../graph/operators/gather.js';
import { linear } from '../graph/operators/linear.js';
import { relu } from '../graph/operators/relu.js';
import { reshape } from '../graph/operators/reshape.js';
import { slice } from '../graph/operators/slice.js';
import { convolve, type Kernel, kernelOf } from '../layers/convolution.js';
import { dense } from '../layers/dense.js';
import { normalised } from '../layers/normalisation.js';
import { pool } from '../layers/pooling.js';
import type { Network, StepStates } from '../network.js';
import { type Block, blocksOf, type TCNSettings } from './config.js';

/** x (steps, batch, channels) to one vector a window (batch, filters). */
export function encodeTcn(x: Value, settings: TCNSettings): Value {
  const { pooling } = settings;
  const length = x.shape[0];
  const every = Array.from({ length }, (_, t) => t);
  const wanted = pooling === 'last' ? [length - 1] : every;
  const plan = planTimes(wanted, length, settings);
  let hidden = x;
  let times: readonly number[] = every;
  for (const [k, own] of blocksOf(settings).entries()) {
    hidden = block(hidden, times, plan[k], own, length, `block${k}`, settings);
    times = plan[k][plan[k].length - 1];
  }
  return pool(hidden, 0, pooling, 'attention');
}

/** Times of the outputs of each convolution of each block, found from the last backwards. */
function planTimes(wanted: readonly number[], length: number, settings: TCNSettings): (readonly number[])[][] {
  const { kernelSize: kernel, convolutions } = settings;
  let times = wanted;
  return blocksOf(settings)
    .toReversed()
    .map(({ dilation }) => {
      const outputs: (readonly number[])[] = [];
      for (let c = 0; c < convolutions; c++) {
        outputs.unshift(times);
        times = timesRead(times, { kernel, dilation, padding: 'causal', length });
      }
      return outputs;
    })
    .toReversed();
}

function block(
  x: Value,
  inputTimes: readonly number[],
  plan: readonly (readonly number[])[],
  { dilation, filters }: Block,
  length: number,
  name: string,
  settings: TCNSettings,
): Value {
  const { kernelSize: kernel } = settings;
  let hidden = x;
  let times = inputTimes;
  for (const [c, outputTimes] of plan.entries()) {
    const weights = kernelFor(hidden, `${name}.${c}`, filters, settings);
    const options = { kernel, dilation, padding: 'causal', inputTimes: times, outputTimes, length } as const;
    hidden = dropout(activated(convolve(hidden, weights, options), `${name}.${c}`, settings), settings.dropout);
    times = outputTimes;
  }
  const kept = times.length === inputTimes.length ? x : gather(x, 0, positions(times, inputTimes));
  return relu(add(hidden, skipped(kept, name, filters)));
}

/** Where in `all`, which holds them, the times are. */
function positions(times: readonly number[], all: readonly number[]): number[] {
  const at = new Map(all.map((time, i) => [time, i]));
  return times.map((time) => at.get(time) ?? -1);
}

function kernelFor(x: Value, name: string, filters: number, { kernelSize, norm }: TCNSettings): Kernel {
  return kernelOf(x, name, filters, kernelSize, { weightNorm: norm === 'weight' });
}

function activated(x: Value, name: string, { norm }: TCNSettings): Value {
  return relu(norm === 'layer' ? normalised(x, `${name}.norm`) : x);
}

/** The way around a block; a linear map where the width changes. */
function skipped(x: Value, name: string, filters: number): Value {
  return x.shape[x.shape.length - 1] === filters ? x : dense(x, `${name}.skip`, filters);
}

export const tcnNetwork: Network<TCNSettings> = {
  layout: 'time',
  build: (_, { x }, { outputs }, settings) => dense(encodeTcn(x, settings), 'output', outputs),
  step: {
    refusal: ({ pooling }) => (pooling === 'last' ? undefined : `pooling '${pooling}' is over whole windows`),
    build(_, x, { outputs }, settings, states) {
      let hidden = x;
      for (const [k, { dilation, filters }] of blocksOf(settings).entries()) {
        const before = hidden;
        for (let c = 0; c < settings.convolutions; c++) {
          const name = `block${k}.${c}`;
          const columns = remembered(hidden, settings.kernelSize, dilation, states);
          const { weight, bias } = kernelFor(hidden, name, filters, settings);
          hidden = activated(linear(columns, weight, bias), name, settings);
        }
        hidden = relu(add(hidden, skipped(before, `block${k}`, filters)));
      }
      return dense(hidden, 'output', outputs);
    },
  },
};

/** What the kernel sees at this step, (batch, kernel * channels): x (batch, channels), and earlier ones from a state that holds them. */
function remembered(x: Value, kernel: number, dilation: number, states: StepStates): Value {
  const reach = (kernel - 1) * dilation;
  if (reach === 0) return x;
  const [batch, channels] = x.shape;
  const { value, next } = states.state([reach, channels]);
  const earlier = Array.from({ length: kernel - 1 }, (_, tap) =>
    reshape(slice(value, 1, tap * dilation, tap * dilation + 1), [batch, channels]),
  );
  const now = reshape(x, [batch, 1, channels]);
  next(reach === 1 ? now : concat([slice(value, 1, 1), now], 1));
  return concat([...earlier, x], 1);
}
