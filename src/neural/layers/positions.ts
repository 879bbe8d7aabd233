/** Where in the window a step is, as a vector of the model's width. */
import { exp, log } from '../../core/math.js';
import { cos, sin } from '../../preprocessing/trigonometry.js';
import type { Value } from '../graph/graph.js';
import { normalValues } from '../graph/initialisers.js';

/** How a network is told where in the window a step is. */
export type PositionEncoding = 'sinusoidal' | 'learned' | 'none';

/** (length, width) sines and cosines of falling frequencies (Vaswani et al., 2017). */
export function sinusoidal(length: number, width: number): Float32Array {
  const table = new Float32Array(length * width);
  for (let j = 0; j < width; j++) {
    const frequency = exp((-log(10_000) * (j - (j % 2))) / width);
    for (let t = 0; t < length; t++) table[t * width + j] = j % 2 === 0 ? sin(t * frequency) : cos(t * frequency);
  }
  return table;
}

/** (length, width), or undefined for 'none'. Learned ones start small, as embeddings of transformers do. */
export function positionTable(
  graph: Value['graph'],
  positions: PositionEncoding,
  length: number,
  width: number,
): Value | undefined {
  if (positions === 'none') return undefined;
  if (positions === 'learned') return graph.parameter('positions', [length, width], normalValues(0.02));
  return graph.constant(sinusoidal(length, width), [length, width]);
}
