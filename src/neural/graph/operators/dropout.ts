/** Sets values to 0 with probability `rate` and scales the others up, in training graphs only (Srivastava et al., 2014). */
import { InvalidInputError } from '../../../core/errors.js';
import type { Value } from '../graph.js';
import { binary, cast, withNumber } from '../nodes.js';

export function dropout(x: Value, rate: number): Value {
  if (!(rate >= 0 && rate < 1)) throw new InvalidInputError(`dropout: a rate of ${rate} is not in [0, 1)`);
  if (x.graph.purpose !== 'training' || rate === 0) return x;
  const kept = withNumber('Mul', cast(x.graph.mask(x.shape, rate), 'float'), 1 / (1 - rate));
  const out = binary('Mul', x, kept);
  x.graph.differentiable([out], [x], ([g]) => [g && binary('Mul', g, kept)]);
  return out;
}
