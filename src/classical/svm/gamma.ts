/** The number that `gamma` stands for. */
import type { Matrix } from '../../core/matrix.js';
import { Turns } from '../../core/turns.js';

const STRETCH = 1 << 18;

/** 'scale' is 1 / (columns * variance of all values), 1 where all are equal; 'auto' is 1 / columns. */
export async function resolveGamma(gamma: 'scale' | 'auto' | number, X: Matrix): Promise<number> {
  if (typeof gamma === 'number') return gamma;
  if (gamma === 'auto') return 1 / X.cols;
  const variance = await varianceOfAll(X.data);
  return variance > 0 ? 1 / (X.cols * variance) : 1;
}

async function varianceOfAll(values: Float32Array): Promise<number> {
  const turns = new Turns();
  const mean = (await total(values, turns, 0, 1)) / values.length;
  return (await total(values, turns, mean, 2)) / values.length;
}

/** Sum of (value - shift) or of its square. */
async function total(values: Float32Array, turns: Turns, shift: number, power: 1 | 2): Promise<number> {
  let sum = 0;
  for (let from = 0; from < values.length; from += STRETCH) {
    const to = Math.min(values.length, from + STRETCH);
    let part = 0;
    for (let i = from; i < to; i++) {
      const d = values[i] - shift;
      part += power === 1 ? d : d * d;
    }
    sum += part;
    await turns.pause();
  }
  return sum;
}
