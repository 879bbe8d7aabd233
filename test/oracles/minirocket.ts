/** MiniRocket by its definition: one convolution, one position, one bias at a time, float32 sums in the order the kernels promise. */
import type { RocketPlan } from '../../src/baselines/minirocket/plan.js';

const f = Math.fround;

/** Weights of the kernels: every way of putting three 2s among six -1s, the places in lexicographic order. */
export function kernels(): number[][] {
  const all: number[][] = [];
  for (let code = 0; code < 512; code++) {
    const weights = Array.from({ length: 9 }, (_, k) => ((code >> (8 - k)) & 1 ? 2 : -1));
    if (weights.filter((w) => w === 2).length === 3) all.push(weights);
  }
  return all.reverse();
}

/** Values of convolution `c` at every position; `series[channel][t]`, zeros outside. */
export function convolution(series: readonly ArrayLike<number>[], plan: RocketPlan, c: number): number[] {
  const { kernel, dilation, channels } = plan.convolutions[c];
  const weights = kernels()[kernel];
  const at = (t: number): number => {
    if (t < 0 || t >= plan.length) return 0;
    return channels.slice(1).reduce((sum, channel) => f(sum + series[channel][t]), series[channels[0]][t]);
  };
  return Array.from({ length: plan.length }, (_, t) => {
    const taps = weights.map((_w, k) => at(t + (k - 4) * dilation));
    const all = taps.slice(1).reduce((sum, tap) => f(sum + tap), taps[0]);
    const [a, b, d] = taps.filter((_tap, k) => weights[k] === 2);
    return f(f(3 * f(f(a + b) + d)) - all);
  });
}

/** The features of one window, in their order. */
export function features(series: readonly ArrayLike<number>[], plan: RocketPlan, biases: ArrayLike<number>): number[] {
  return plan.convolutions.flatMap(({ dilation, padded, first, count }, c) => {
    const margin = padded ? 0 : 4 * dilation;
    const values = convolution(series, plan, c).slice(margin, plan.length - margin);
    return Array.from({ length: count }, (_, i) => {
      const above = values.filter((value) => value > biases[first + i]).length;
      return f(f(above) * f(1 / values.length));
    });
  });
}
