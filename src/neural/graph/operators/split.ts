/** Parts along an axis. */
import type { Value } from '../graph.js';
import { concat, split as node, zeros } from '../nodes.js';
import { positiveAxis } from '../shape.js';

export function split(x: Value, axis: number, sizes: readonly number[]): readonly Value[] {
  const along = positiveAxis(axis, x.shape.length, 'split');
  const parts = node(x, along, sizes);
  if (parts[0] !== x) {
    x.graph.differentiable(parts, [x], (gradients) => [
      concat(
        gradients.map((g, i) => g ?? zeros(x, parts[i].shape)),
        along,
      ),
    ]);
  }
  return parts;
}
