/** Values one after the other along an axis. */
import { InvalidInputError } from '../../../core/errors.js';
import type { Value } from '../graph.js';
import { concat as node, split } from '../nodes.js';
import { positiveAxis } from '../shape.js';

export function concat(values: readonly Value[], axis: number): Value {
  if (values.length === 0) throw new InvalidInputError('concat: no values');
  const [first] = values;
  const along = positiveAxis(axis, first.shape.length, 'concat');
  const out = node(values, along);
  if (out !== first) {
    first.graph.differentiable([out], values, ([g]) =>
      g
        ? split(
            g,
            along,
            values.map((x) => x.shape[along]),
          )
        : [],
    );
  }
  return out;
}
