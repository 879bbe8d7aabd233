/** x * Phi(x) with the normal distribution function by erf (Hendrycks and Gimpel, 2016). */
import type { Value } from '../graph.js';
import { binary, unary, withNumber } from '../nodes.js';

const INVERSE_SQRT_2 = Math.SQRT1_2;
const INVERSE_SQRT_2_PI = 0.3989422804014327;

export function gelu(x: Value): Value {
  const phi = withNumber('Mul', withNumber('Add', unary('Erf', withNumber('Mul', x, INVERSE_SQRT_2)), 1), 0.5);
  const out = binary('Mul', x, phi);
  x.graph.differentiable([out], [x], ([g]) => {
    if (!g) return [];
    // Phi(x) + x * density(x)
    const density = withNumber('Mul', unary('Exp', withNumber('Mul', binary('Mul', x, x), -0.5)), INVERSE_SQRT_2_PI);
    return [binary('Mul', g, binary('Add', phi, binary('Mul', x, density)))];
  });
  return out;
}
