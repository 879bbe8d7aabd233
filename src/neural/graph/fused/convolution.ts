/**
 * Convolution over time, with dilation, of some steps of a sequence only: where a later layer reads few steps (a causal network's last
 * output), the others are never computed.
 */
import { InvalidInputError } from '../../../core/errors.js';
import type { Value } from '../graph.js';
import { binary, concat, gather, gemm, reduce, reshape, split, zeros } from '../nodes.js';
import { gatherGradient } from '../operators/gather.js';
import { sameShape, shapeError } from '../shape.js';

export interface ConvolutionOptions {
  /** Taps. */
  kernel: number;
  /** Steps between taps; default 1. */
  dilation?: number;
  /** `causal`: a step sees itself and earlier ones; `same`: as many on both sides. Steps outside the sequence are zero. */
  padding: 'causal' | 'same';
  /** Times of the steps of x; default 0 to steps - 1. */
  inputTimes?: readonly number[];
  /** Times of the steps wanted; default those of x. */
  outputTimes?: readonly number[];
  /** Length of the whole sequence: a tap at a time below 0 or from here on reads zeros. Default: steps of x. */
  length?: number;
}

/** x (steps, batch, channels), weight (kernel * channels, filters) with the earliest tap first, bias (filters); (outputs, batch, filters). */
export function convolution(x: Value, weight: Value, bias: Value | undefined, options: ConvolutionOptions): Value {
  const [steps, batch, channels] = x.shape;
  const { kernel, length = steps, inputTimes = range(steps), outputTimes = inputTimes } = options;
  const filters = weight.shape[1];
  if (x.shape.length !== 3 || !sameShape(weight.shape, [kernel * channels, filters])) {
    throw shapeError('convolution', x.shape, weight.shape);
  }
  if (inputTimes.length !== steps)
    throw new InvalidInputError(`convolution: ${inputTimes.length} times for ${steps} steps`);
  const taps = tapSources({ ...options, length, inputTimes, outputTimes });
  const padded = taps.some((sources) => sources.includes(steps)) ? concat([x, zeros(x, [1, batch, channels])], 0) : x;
  const columns = concat(
    taps.map((sources) => (sameShape(sources, range(steps)) ? x : gather(padded, 0, sources))),
    2,
  );
  const rows = outputTimes.length * batch;
  const flat = reshape(columns, [rows, kernel * channels]);
  const out = reshape(gemm(flat, weight, bias), [outputTimes.length, batch, filters]);
  x.graph.differentiable([out], [x, weight, bias], ([g]) => {
    if (!g) return [];
    const rowsOfG = reshape(g, [rows, filters]);
    return [
      x.tracked ? inputGradient(rowsOfG, weight, taps, x) : undefined,
      weight.tracked ? gemm(flat, rowsOfG, undefined, { transposeA: true }) : undefined,
      bias?.tracked ? reduce('Sum', rowsOfG, [0]) : undefined,
    ];
  });
  return out;
}

/** Times that `convolution` reads for these outputs, in order: what the layer before has to compute. */
export function timesRead(
  outputTimes: readonly number[],
  options: Pick<ConvolutionOptions, 'kernel' | 'dilation' | 'padding'> & { length: number },
): number[] {
  const times = new Set(outputTimes.flatMap((time) => tapTimes(time, options)));
  return [...times].filter((time) => time >= 0 && time < options.length).sort((a, b) => a - b);
}

function tapTimes(
  time: number,
  { kernel, dilation = 1, padding }: Pick<ConvolutionOptions, 'kernel' | 'dilation' | 'padding'>,
): number[] {
  const reach = (kernel - 1) * dilation;
  const first = time - (padding === 'causal' ? reach : Math.floor(reach / 2));
  return Array.from({ length: kernel }, (_, tap) => first + tap * dilation);
}

/** For each tap and output the step of x it reads; the number of steps stands for zeros. */
function tapSources(
  options: ConvolutionOptions & { length: number; inputTimes: readonly number[]; outputTimes: readonly number[] },
): number[][] {
  const { kernel, length, inputTimes, outputTimes } = options;
  const at = new Map(inputTimes.map((time, i) => [time, i]));
  const sources = outputTimes.map((time) =>
    tapTimes(time, options).map((read) => {
      if (read < 0 || read >= length) return inputTimes.length;
      const step = at.get(read);
      if (step === undefined)
        throw new InvalidInputError(`convolution: time ${read}, read for time ${time}, is not there`);
      return step;
    }),
  );
  return range(kernel).map((tap) => sources.map((source) => source[tap]));
}

function inputGradient(g: Value, weight: Value, taps: readonly number[][], x: Value): Value {
  const [steps, batch, channels] = x.shape;
  const columns = gemm(g, weight, undefined, { transposeB: true });
  const blocks = reshape(columns, [taps[0].length, batch, taps.length * channels]);
  const parts = split(
    blocks,
    2,
    taps.map(() => channels),
  );
  let sum: Value | undefined;
  for (const [tap, sources] of taps.entries()) {
    // Outputs that read zeros give nothing back.
    const part = gatherGradient(parts[tap], 0, sources, steps);
    sum = sum ? binary('Add', sum, part) : part;
  }
  return sum ?? zeros(x);
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
