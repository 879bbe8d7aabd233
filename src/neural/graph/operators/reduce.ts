/** Sum, mean and largest value over axes. */
import type { Value } from '../graph.js';
import { binary, cast, compare, expand, reduce, reshape, withNumber } from '../nodes.js';
import { positiveAxis, type Shape } from '../shape.js';

export interface ReduceOptions {
  /** Keep reduced axes with size 1; default false. */
  keepAxes?: boolean;
}

export function reduceSum(x: Value, axes: readonly number[], { keepAxes = false }: ReduceOptions = {}): Value {
  const over = axes.map((axis) => positiveAxis(axis, x.shape.length, 'reduceSum'));
  const out = reduce('Sum', x, over, keepAxes);
  x.graph.differentiable([out], [x], ([g]) => [g && expand(reshape(g, kept(x.shape, over)), x.shape)]);
  return out;
}

export function reduceMean(x: Value, axes: readonly number[], { keepAxes = false }: ReduceOptions = {}): Value {
  const over = axes.map((axis) => positiveAxis(axis, x.shape.length, 'reduceMean'));
  const out = reduce('Mean', x, over, keepAxes);
  const count = over.reduce((product, axis) => product * x.shape[axis], 1);
  x.graph.differentiable([out], [x], ([g]) => [
    g && expand(reshape(withNumber('Mul', g, 1 / count), kept(x.shape, over)), x.shape),
  ]);
  return out;
}

/** Equal largest values share the gradient. */
export function reduceMax(x: Value, axes: readonly number[], { keepAxes = false }: ReduceOptions = {}): Value {
  const over = axes.map((axis) => positiveAxis(axis, x.shape.length, 'reduceMax'));
  const out = reduce('Max', x, over, keepAxes);
  x.graph.differentiable([out], [x], ([g]) => {
    if (!g) return [];
    const shape = kept(x.shape, over);
    const largest = cast(compare('Equal', x, reshape(out, shape)), 'float');
    const share = binary('Div', reshape(g, shape), reduce('Sum', largest, over, true));
    return [binary('Mul', largest, share)];
  });
  return out;
}

function kept(shape: Shape, axes: readonly number[]): Shape {
  return shape.map((dimension, i) => (axes.includes(i) ? 1 : dimension));
}
