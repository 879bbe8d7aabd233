/** [start, end) of an axis; a negative bound counts from the back. */
import type { Value } from '../graph.js';
import { slice as node, pad } from '../nodes.js';
import { positiveAxis } from '../shape.js';

export function slice(x: Value, axis: number, start: number, end?: number): Value {
  const along = positiveAxis(axis, x.shape.length, 'slice');
  const size = x.shape[along];
  const first = start < 0 ? start + size : start;
  const last = end === undefined ? size : end < 0 ? end + size : end;
  const out = node(x, along, first, last);
  if (out !== x) x.graph.differentiable([out], [x], ([g]) => [g && pad(g, along, first, size - last)]);
  return out;
}
