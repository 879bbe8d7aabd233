/** Steps of a sequence (steps, batch, channels): one value for each, and back. */
import type { Value } from '../graph.js';
import { binary, concat, gemm, reshape, split } from '../nodes.js';

/** (steps, batch, channels) or (steps * batch, channels) to (batch, channels) for each step. */
export function stepsOf(x: Value, steps: number, batch: number): readonly Value[] {
  const channels = x.shape[x.shape.length - 1];
  return split(reshape(x, [steps * batch, channels]), 0, new Array<number>(steps).fill(batch));
}

/** (batch, channels) for each step to (steps * batch, channels). */
export function joined(steps: readonly Value[]): Value {
  return concat(steps, 0);
}

/** The gradient that reaches each step: of the whole sequence and of its last state, where there is one. */
export function stepGradients(
  all: Value | undefined,
  last: Value | undefined,
  order: readonly number[],
  batch: number,
): (Value | undefined)[] {
  const out: (Value | undefined)[] = all ? [...stepsOf(all, order.length, batch)] : order.map(() => undefined);
  const end = order[order.length - 1];
  out[end] = sum(out[end], last);
  return out;
}

export function sum(a: Value | undefined, b: Value | undefined): Value | undefined {
  if (!a || !b) return a ?? b;
  return binary('Add', a, b);
}

/** 0 .. steps - 1, or the other way round. */
export function timeOrder(steps: number, reverse: boolean): number[] {
  return Array.from({ length: steps }, (_, i) => (reverse ? steps - 1 - i : i));
}

/** The sum over gates of gradient times transposed weight, each product adding the ones before in the same node. */
export function backThrough(gradients: readonly Value[], weights: readonly Value[], start?: Value): Value {
  const step = (sum: Value | undefined, gradient: Value, gate: number) =>
    gemm(gradient, weights[gate], sum, { transposeB: true });
  return gradients.slice(1).reduce((sum, gradient, i) => step(sum, gradient, i + 1), step(start, gradients[0], 0));
}

/** The gradient before the sigmoid of a gate, of that of `product` = gate * something: gradient * something * gate * (1 - gate). */
export function throughSigmoid(gradient: Value, product: Value, gate: Value): Value {
  const flowing = binary('Mul', gradient, product);
  return binary('Sub', flowing, binary('Mul', flowing, gate));
}
