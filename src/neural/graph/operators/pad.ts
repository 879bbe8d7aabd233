/** Zeros before and after an axis. */
import type { Value } from '../graph.js';
import { pad as node, slice } from '../nodes.js';
import { positiveAxis } from '../shape.js';

export function pad(x: Value, axis: number, before: number, after: number): Value {
  const along = positiveAxis(axis, x.shape.length, 'pad');
  const out = node(x, along, before, after);
  if (out !== x) x.graph.differentiable([out], [x], ([g]) => [g && slice(g, along, before, before + x.shape[along])]);
  return out;
}
