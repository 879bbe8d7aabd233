/** Which times the taps of a convolution read. */
import { InvalidInputError } from '../../../core/errors.js';

export interface Taps {
  kernel: number;
  /** Steps between taps; default 1. */
  dilation?: number;
  /** `causal`: a step sees itself and earlier ones; `same`: as many on both sides. Steps outside the sequence are zero. */
  padding: 'causal' | 'same';
}

/** For each tap how far from a step it reads, earliest first. */
export function tapOffsets({ kernel, dilation = 1, padding }: Taps): number[] {
  if (![kernel, dilation].every((value) => Number.isInteger(value) && value >= 1)) {
    throw new InvalidInputError(`convolution: kernel ${kernel} and dilation ${dilation} must be integers from 1`);
  }
  const reach = (kernel - 1) * dilation;
  const before = padding === 'causal' ? reach : Math.floor(reach / 2);
  return range(kernel).map((tap) => tap * dilation - before);
}

/** Times that a convolution reads for these outputs, in order: what the layer before has to compute. */
export function timesRead(outputTimes: readonly number[], taps: Taps & { length: number }): number[] {
  const offsets = tapOffsets(taps);
  const times = new Set(outputTimes.flatMap((time) => offsets.map((offset) => time + offset)));
  return [...times].filter((time) => time >= 0 && time < taps.length).sort((a, b) => a - b);
}

/** For each tap and output the step of the input it reads; the number of steps stands for zeros. */
export function tapSources(
  taps: Taps,
  length: number,
  inputTimes: readonly number[],
  outputTimes: readonly number[],
): number[][] {
  const at = new Map(inputTimes.map((time, i) => [time, i]));
  return tapOffsets(taps).map((offset) =>
    outputTimes.map((time) => {
      const read = time + offset;
      if (read < 0 || read >= length) return inputTimes.length;
      const step = at.get(read);
      if (step === undefined)
        throw new InvalidInputError(`convolution: time ${read}, read for time ${time}, is not there`);
      return step;
    }),
  );
}

/** 0 .. count - 1. */
export function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
