/** Convolution over time, with dilation, of all steps of a sequence or of some. */
import { InvalidInputError } from '../../../core/errors.js';
import type { Value } from '../graph.js';
import { sameShape, shapeError } from '../shape.js';
import { convolveAll } from './convolution-all.js';
import { convolveSome } from './convolution-some.js';
import { range, type Taps, tapOffsets, tapSources } from './taps.js';

export { timesRead } from './taps.js';

export interface ConvolutionOptions extends Taps {
  /** Times of the steps of x; default 0 to steps - 1. */
  inputTimes?: readonly number[];
  /** Times of the steps wanted; default those of x. */
  outputTimes?: readonly number[];
  /** Length of the whole sequence: a tap at a time below 0 or from here on reads zeros. Default: steps of x. */
  length?: number;
}

/**
 * x (steps, batch, channels), weight (kernel * channels, filters) with the earliest tap first, bias (filters) to (outputs, batch, filters).
 * Where a later layer reads few steps (a causal network's last output), the others need not be computed: see `timesRead`.
 */
export function convolution(x: Value, weight: Value, bias: Value | undefined, options: ConvolutionOptions): Value {
  const [steps, , channels] = x.shape;
  const { kernel, length = steps, inputTimes = range(steps), outputTimes = inputTimes } = options;
  const filters = weight.shape[1];
  if (x.shape.length !== 3 || !sameShape(weight.shape, [kernel * channels, filters])) {
    throw shapeError('convolution', x.shape, weight.shape);
  }
  if (bias && !sameShape(bias.shape, [filters])) throw shapeError('convolution', weight.shape, bias.shape);
  if (inputTimes.length !== steps) {
    throw new InvalidInputError(`convolution: ${inputTimes.length} times for ${steps} steps`);
  }
  const all = range(length);
  if (sameShape(inputTimes, all) && sameShape(outputTimes, all))
    return convolveAll(x, weight, bias, tapOffsets(options));
  return convolveSome(x, weight, bias, tapSources(options, length, inputTimes, outputTimes));
}
