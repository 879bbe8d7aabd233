/** x to the power of a number. */
import type { Value } from '../graph.js';
import { binary, withNumber } from '../nodes.js';

export function pow(x: Value, exponent: number): Value {
  const out = withNumber('Pow', x, exponent);
  x.graph.differentiable([out], [x], ([g]) => [
    g && binary('Mul', g, withNumber('Mul', withNumber('Pow', x, exponent - 1), exponent)),
  ]);
  return out;
}
