/**
 * A convolution of all steps: one product for each tap, its result (or its gradient) moved in time. Filters are moved rather than inputs,
 * and every product adds what was moved before in the same node (Horner's scheme), so that nothing wide is ever copied.
 */
import type { Value } from '../graph.js';
import { binary, columnSums, concat, gemm, pad, reshape, split, zeros } from '../nodes.js';

interface Tap {
  offset: number;
  /** (channels, filters) */
  weight: Value;
}

/** `offsets`: how far from a step each tap reads, earliest first. */
export function convolveAll(x: Value, weight: Value, bias: Value | undefined, offsets: readonly number[]): Value {
  const [steps, batch, channels] = x.shape;
  const filters = weight.shape[1];
  const flat = reshape(x, [steps * batch, channels]);
  const weights = split(
    weight,
    0,
    offsets.map(() => channels),
  );
  // A tap that always reads outside the sequence adds nothing.
  const taps = offsets
    .map((offset, i): Tap => ({ offset, weight: weights[i] }))
    .filter(({ offset }) => Math.abs(offset) < steps);
  const moved = (rows: Value, by: number) => {
    if (by === 0) return rows;
    return reshape(pad(reshape(rows, [steps, batch, filters]), 0, by, -by), [steps * batch, filters]);
  };
  const side = (ordered: readonly Tap[]): Value | undefined => {
    let sum: Value | undefined;
    for (const [i, tap] of ordered.entries()) {
      sum = moved(gemm(flat, tap.weight, sum), (ordered[i + 1]?.offset ?? 0) - tap.offset);
    }
    return sum;
  };
  const earlier = side(taps.filter(({ offset }) => offset < 0));
  const later = side(taps.filter(({ offset }) => offset > 0).reverse());
  const both = earlier && later ? binary('Add', earlier, later) : (earlier ?? later);
  const own = taps.find(({ offset }) => offset === 0);
  const alone = own && !both;
  const sum = own ? gemm(flat, own.weight, both ?? bias) : (both ?? zeros(x, [steps * batch, filters]));
  const out = reshape(bias && !alone ? binary('Add', sum, bias) : sum, [steps, batch, filters]);
  x.graph.differentiable([out], [x, weight, bias], ([g]) => {
    if (!g) return [];
    const rows = reshape(g, [steps * batch, filters]);
    const gradients = offsets.map((offset) => (Math.abs(offset) < steps ? moved(rows, offset) : undefined));
    let dx: Value | undefined;
    for (const [i, gradient] of gradients.entries()) {
      if (x.tracked && gradient) dx = gemm(gradient, weights[i], dx, { transposeB: true });
    }
    const dWeights = gradients.map((gradient, i) =>
      gradient ? gemm(flat, gradient, undefined, { transposeA: true }) : zeros(weights[i]),
    );
    return [
      dx && reshape(dx, x.shape),
      weight.tracked ? concat(dWeights, 0) : undefined,
      bias?.tracked ? columnSums(rows) : undefined,
    ];
  });
  return out;
}
