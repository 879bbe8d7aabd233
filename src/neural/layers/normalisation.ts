/** Layer normalisation with parameters of its own. */
import { layerNorm } from '../graph/fused/layer-norm.js';
import type { Value } from '../graph/graph.js';
import { constantValues, zeroValues } from '../graph/initialisers.js';

/** x (..., channels); parameters `name.gain` (ones at first) and `name.shift` (zeros). */
export function normalised(x: Value, name: string): Value {
  const channels = x.shape[x.shape.length - 1];
  const gain = x.graph.parameter(`${name}.gain`, [channels], constantValues(1));
  const shift = x.graph.parameter(`${name}.shift`, [channels], zeroValues);
  return layerNorm(x, gain, shift);
}
