/** x W + b with parameters of its own. */
import type { Initialiser, Value } from '../graph/graph.js';
import { fanInUniform } from '../graph/initialisers.js';
import { linear } from '../graph/operators/linear.js';

export interface DenseOptions {
  readonly weight?: Initialiser;
  readonly bias?: Initialiser;
}

/** x (..., inputs) to (..., outputs); parameters `name.weight` (inputs, outputs) and `name.bias`. */
export function dense(x: Value, name: string, outputs: number, options: DenseOptions = {}): Value {
  const inputs = x.shape[x.shape.length - 1];
  const weight = x.graph.parameter(`${name}.weight`, [inputs, outputs], options.weight ?? fanInUniform(inputs));
  const bias = x.graph.parameter(`${name}.bias`, [outputs], options.bias ?? fanInUniform(inputs));
  return linear(x, weight, bias);
}
