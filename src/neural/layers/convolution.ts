/** Convolutions over time with parameters of their own, plain or with normalised weights. */
import { type ConvolutionOptions, convolution } from '../graph/fused/convolution.js';
import type { Value } from '../graph/graph.js';
import { constantValues, fanInUniform } from '../graph/initialisers.js';
import { div } from '../graph/operators/div.js';
import { mul } from '../graph/operators/mul.js';
import { reduceSum } from '../graph/operators/reduce.js';
import { sqrt } from '../graph/operators/sqrt.js';

export interface Kernel {
  /** (kernel * channels, filters), the earliest tap first. */
  readonly weight: Value;
  /** (filters) */
  readonly bias: Value;
}

/** Expected length of a column drawn evenly in +- 1 / sqrt(inputs): what the gain of normalised weights starts from. */
const START_LENGTH = Math.sqrt(1 / 3);

/**
 * Parameters `name.*` of a convolution. `weightNorm`: each filter is a direction times a length of its own (Salimans and Kingma, 2016).
 */
export function kernelOf(
  x: Value,
  name: string,
  filters: number,
  kernel: number,
  { weightNorm = false }: { weightNorm?: boolean } = {},
): Kernel {
  const { graph } = x;
  const inputs = kernel * x.shape[x.shape.length - 1];
  const direction = graph.parameter(`${name}.weight`, [inputs, filters], fanInUniform(inputs));
  const bias = graph.parameter(`${name}.bias`, [filters], fanInUniform(inputs));
  if (!weightNorm) return { weight: direction, bias };
  const gain = graph.parameter(`${name}.gain`, [1, filters], constantValues(START_LENGTH));
  const length = sqrt(reduceSum(mul(direction, direction), [0], { keepAxes: true }));
  return { weight: mul(direction, div(gain, length)), bias };
}

/** x (steps, batch, channels) to (outputs, batch, filters). */
export function convolve(x: Value, { weight, bias }: Kernel, options: ConvolutionOptions): Value {
  return convolution(x, weight, bias, options);
}
