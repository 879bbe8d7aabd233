/** Blocks of an axis by their numbers, which are constants: steps of a sequence, columns of a table. */
import type { Value } from '../graph.js';
import { binary, concat, gather as node, zeros } from '../nodes.js';
import { positiveAxis } from '../shape.js';

export function gather(x: Value, axis: number, numbers: readonly number[]): Value {
  const along = positiveAxis(axis, x.shape.length, 'gather');
  const out = node(x, along, numbers);
  x.graph.differentiable([out], [x], ([g]) => [g && gatherGradient(g, along, numbers, x.shape[along])]);
  return out;
}

/**
 * Puts blocks back where they came from, `size` blocks in all; numbers from `size` on go nowhere. Done by gathering, so that the order of
 * sums over repeated blocks is fixed.
 */
export function gatherGradient(g: Value, axis: number, numbers: readonly number[], size: number): Value {
  const sources = Array.from({ length: size }, (): number[] => []);
  for (const [i, number] of numbers.entries()) sources[number]?.push(i);
  const most = Math.max(...sources.map((source) => source.length));
  const blank = g.shape.map((dimension, i) => (i === axis ? 1 : dimension));
  const complete = sources.every((source) => source.length === most);
  const blocks = complete ? g : concat([g, zeros(g, blank)], axis);
  let sum: Value | undefined;
  for (let pass = 0; pass < most; pass++) {
    const at = sources.map((source) => source[pass] ?? numbers.length);
    const part = node(blocks, axis, at);
    sum = sum ? binary('Add', sum, part) : part;
  }
  return (
    sum ??
    zeros(
      g,
      g.shape.map((dimension, i) => (i === axis ? size : dimension)),
    )
  );
}
