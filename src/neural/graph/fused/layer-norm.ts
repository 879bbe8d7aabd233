/** Layer normalisation (Ba, Kiros and Hinton, 2016) over the last axis, with one pass of the engine's own kernel forward. */
import type { Value } from '../graph.js';
import { binary, reduce } from '../nodes.js';
import { sameShape, shapeError } from '../shape.js';

/** (x - mean) / sqrt(variance + epsilon) * gain + shift; gain and shift (channels). */
export function layerNorm(x: Value, gain: Value, shift: Value, epsilon = 1e-5): Value {
  const axis = x.shape.length - 1;
  const channels = [x.shape[axis]];
  if (!sameShape(gain.shape, channels)) throw shapeError('layerNorm', x.shape, gain.shape);
  if (!sameShape(shift.shape, channels)) throw shapeError('layerNorm', x.shape, shift.shape);
  const column = [...x.shape.slice(0, -1), 1];
  const attributes = { axis: { int: axis }, epsilon: { float: epsilon } };
  const inputs = [x, gain, shift];
  const trains = x.graph.purpose === 'training';
  const shapes = trains ? [x.shape, column, column] : [x.shape];
  const [out, mean, inverse] = x.graph.node('LayerNormalization', inputs, shapes, { attributes });
  x.graph.differentiable([out], inputs, ([g]) => {
    if (!g) return [];
    const lead = x.shape.slice(0, -1).map((_, i) => i);
    const normal = binary('Mul', binary('Sub', x, mean), inverse);
    const weighted = binary('Mul', g, gain);
    const along = reduce('Mean', binary('Mul', weighted, normal), [axis], true);
    const centred = binary('Sub', weighted, reduce('Mean', weighted, [axis], true));
    return [
      x.tracked ? binary('Mul', inverse, binary('Sub', centred, binary('Mul', normal, along))) : undefined,
      gain.tracked ? reduce('Sum', binary('Mul', g, normal), lead) : undefined,
      shift.tracked ? reduce('Sum', g, lead) : undefined,
    ];
  });
  return out;
}
