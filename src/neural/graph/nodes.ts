/**
 * ONNX nodes with their shapes checked, and nothing else: no gradient flows through them. Operators and gradients are written with these.
 * https://onnx.ai/onnx/operators, opset 17.
 */
import { InvalidInputError } from '../../core/errors.js';
import { type OnnxAttribute, RUNTIME_DOMAIN } from '../../model/onnx/graph.js';
import type { ElementType, Value } from './graph.js';
import { broadcastShape, isDynamic, type Shape, sameShape, shapeError, sizeOf } from './shape.js';

export type UnaryOp = 'Sigmoid' | 'Tanh' | 'Relu' | 'Erf' | 'Exp' | 'Log' | 'Sqrt' | 'Neg' | 'Abs' | 'Sign' | 'Not';
export type BinaryOp = 'Add' | 'Sub' | 'Mul' | 'Div' | 'Pow';
export type Comparison = 'Greater' | 'Less' | 'Equal' | 'GreaterOrEqual' | 'LessOrEqual';

export function unary(op: UnaryOp, x: Value): Value {
  return x.graph.node(op, [x], [x.shape], { type: x.type })[0];
}

export function binary(op: BinaryOp, a: Value, b: Value): Value {
  return a.graph.node(op, [a, b], [broadcastShape(a.shape, b.shape, op)], { type: a.type })[0];
}

/** The same with a number on the right. */
export function withNumber(op: BinaryOp, a: Value, b: number): Value {
  return binary(op, a, a.graph.scalar(b));
}

/** Number minus or divided by value. */
export function fromNumber(op: BinaryOp, a: number, b: Value): Value {
  return binary(op, b.graph.scalar(a), b);
}

export function compare(op: Comparison, a: Value, b: Value): Value {
  return a.graph.node(op, [a, b], [broadcastShape(a.shape, b.shape, op)], { type: 'bool' })[0];
}

export function where(condition: Value, a: Value, b: Value): Value {
  const shape = broadcastShape(condition.shape, broadcastShape(a.shape, b.shape, 'Where'), 'Where');
  return a.graph.node('Where', [condition, a, b], [shape])[0];
}

const CODES = { float: 1, uint8: 2, int64: 7, bool: 9 } as const;

export function cast(x: Value, type: ElementType): Value {
  if (x.type === type) return x;
  return x.graph.node('Cast', [x], [x.shape], { type, attributes: { to: { int: CODES[type] } } })[0];
}

export function softmax(x: Value, axis = x.shape.length - 1): Value {
  return x.graph.node('Softmax', [x], [x.shape], { attributes: { axis: { int: axis } } })[0];
}

export function logSoftmax(x: Value, axis = x.shape.length - 1): Value {
  return x.graph.node('LogSoftmax', [x], [x.shape], { attributes: { axis: { int: axis } } })[0];
}

/** `axes` as `positiveAxis` gives them. */
export function reduce(
  op: 'Sum' | 'Mean' | 'Max' | 'SumSquare',
  x: Value,
  axes: readonly number[],
  keep = false,
): Value {
  const shape = keep
    ? x.shape.map((dimension, i) => (axes.includes(i) ? 1 : dimension))
    : x.shape.filter((_, i) => !axes.includes(i));
  const keepdims: OnnxAttribute = { int: keep ? 1 : 0 };
  // Only the sum takes its axes as an input in this opset.
  if (op === 'Sum')
    return x.graph.node('ReduceSum', [x, x.graph.indices(axes)], [shape], { attributes: { keepdims } })[0];
  return x.graph.node(`Reduce${op}`, [x], [shape], { attributes: { axes: { ints: axes }, keepdims } })[0];
}

/** The shape may leave one dimension to grow with the batch. */
export function reshape(x: Value, shape: Shape): Value {
  if (sizeOf(shape) !== sizeOf(x.shape)) throw shapeError('reshape', x.shape, shape);
  if (sameShape(x.shape, shape)) return x;
  const dynamic = shape.filter(isDynamic).length;
  if (dynamic > 1) throw new InvalidInputError('reshape: more than one dimension grows with the batch');
  const target = shape.map((dimension) => (isDynamic(dimension) ? -1 : dimension));
  return x.graph.node('Reshape', [x, x.graph.indices(target)], [shape], { type: x.type })[0];
}

export function transpose(x: Value, order: readonly number[]): Value {
  if (order.length !== x.shape.length || order.some((_, i) => !order.includes(i))) {
    throw new InvalidInputError(`transpose: ${order.join()} does not name each of ${x.shape.length} axes once`);
  }
  if (order.every((axis, i) => axis === i)) return x;
  return x.graph.node('Transpose', [x], [order.map((axis) => x.shape[axis])], {
    attributes: { perm: { ints: order } },
  })[0];
}

export function concat(values: readonly Value[], axis: number): Value {
  const [first] = values;
  if (values.length === 1) return first;
  const shape = [...first.shape];
  shape[axis] = 0;
  for (const value of values) {
    if (value.shape.length !== shape.length || value.shape.some((d, i) => i !== axis && d !== shape[i])) {
      throw shapeError('concat', first.shape, value.shape);
    }
    shape[axis] += value.shape[axis];
  }
  return first.graph.node('Concat', values, [shape], { attributes: { axis: { int: axis } }, type: first.type })[0];
}

/** Parts of the given sizes; equal parts where sizes grow with the batch. */
export function split(x: Value, axis: number, sizes: readonly number[]): readonly Value[] {
  if (sizes.reduce((sum, size) => sum + size, 0) !== x.shape[axis]) throw shapeError('split', x.shape, sizes);
  if (sizes.length === 1) return [x];
  const shapes = sizes.map((size) => x.shape.map((dimension, i) => (i === axis ? size : dimension)));
  const equal = sizes.every((size) => size === sizes[0]);
  if (!equal && sizes.some(isDynamic)) throw new InvalidInputError('split: unequal parts of the batch');
  const inputs = equal ? [x] : [x, x.graph.indices(sizes)];
  return x.graph.node('Split', inputs, shapes, { attributes: { axis: { int: axis } } });
}

/** [start, end) of one axis, which may not be the batch. */
export function slice(x: Value, axis: number, start: number, end: number): Value {
  const size = x.shape[axis];
  if (!(start >= 0 && start < end && end <= size)) {
    throw new InvalidInputError(`slice: ${start} to ${end} of an axis of ${size}`);
  }
  if (start === 0 && end === size) return x;
  if (isDynamic(size)) throw new InvalidInputError('slice: the axis grows with the batch');
  const { graph } = x;
  const shape = x.shape.map((dimension, i) => (i === axis ? end - start : dimension));
  return graph.node('Slice', [x, graph.indices([start]), graph.indices([end]), graph.indices([axis])], [shape])[0];
}

/** Zeros before and after one axis. */
export function pad(x: Value, axis: number, before: number, after: number): Value {
  if (before === 0 && after === 0) return x;
  const rank = x.shape.length;
  const pads = new Array<number>(2 * rank).fill(0);
  pads[axis] = before;
  pads[rank + axis] = after;
  const shape = x.shape.map((dimension, i) => (i === axis ? dimension + before + after : dimension));
  return x.graph.node('Pad', [x, x.graph.indices(pads)], [shape])[0];
}

/** Blocks of one axis by their numbers. */
export function gather(x: Value, axis: number, numbers: readonly number[]): Value {
  const bad = numbers.find((number) => !Number.isInteger(number) || number < 0 || number >= x.shape[axis]);
  if (bad !== undefined) throw new InvalidInputError(`gather: index ${bad} of an axis of ${x.shape[axis]}`);
  const shape = x.shape.map((dimension, i) => (i === axis ? numbers.length : dimension));
  return x.graph.node('Gather', [x, x.graph.indices(numbers)], [shape], { attributes: { axis: { int: axis } } })[0];
}

/** Repeats by broadcasting. Dimensions that grow with the batch must be there already. */
export function expand(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  if (!sameShape(broadcastShape(x.shape, shape, 'expand'), shape)) throw shapeError('expand', x.shape, shape);
  const rank = shape.length;
  const target = shape.map((dimension, i) => {
    if (!isDynamic(dimension)) return dimension;
    if (x.shape[x.shape.length - rank + i] !== dimension)
      throw new InvalidInputError('expand: cannot repeat for the batch');
    return 1;
  });
  return x.graph.node('Expand', [x, x.graph.indices(target)], [shape])[0];
}

export interface Product {
  /** Use the transpose of the last two axes. */
  transposeA?: boolean;
  transposeB?: boolean;
  /** Factor; default 1. */
  scale?: number;
}

/** Product of the last two axes. Leading axes are equal, or `b` is a matrix. */
export function matMul(a: Value, b: Value, { transposeA = false, transposeB = false, scale = 1 }: Product = {}): Value {
  const [m, inner] = transposeA ? [a.shape.at(-1), a.shape.at(-2)] : [a.shape.at(-2), a.shape.at(-1)];
  const [rows, n] = transposeB ? [b.shape.at(-1), b.shape.at(-2)] : [b.shape.at(-2), b.shape.at(-1)];
  const lead = a.shape.slice(0, -2);
  const fits = b.shape.length === 2 || sameShape(lead, b.shape.slice(0, -2));
  if (m === undefined || n === undefined || inner !== rows || !fits) throw shapeError('matMul', a.shape, b.shape);
  const shape = [...lead, m, n];
  const { graph } = a;
  if (a.shape.length === 2 && b.shape.length === 2) return gemm(a, b, undefined, { transposeA, transposeB, scale });
  const plain = !transposeA && !transposeB && scale === 1;
  if (plain) return graph.node('MatMul', [a, b], [shape])[0];
  if (graph.purpose !== 'inference') {
    const attributes = { transA: flag(transposeA), transB: flag(transposeB), alpha: { float: scale } };
    return graph.node('FusedMatMul', [a, b], [shape], { attributes, domain: RUNTIME_DOMAIN })[0];
  }
  const product = graph.node('MatMul', [transposeA ? swapLast(a) : a, transposeB ? swapLast(b) : b], [shape])[0];
  return scale === 1 ? product : withNumber('Mul', product, scale);
}

/** Matrices: scale * a b + c, where c is broadcast to the product. */
export function gemm(
  a: Value,
  b: Value,
  c?: Value,
  { transposeA = false, transposeB = false, scale = 1 }: Product = {},
): Value {
  const [m, inner] = transposeA ? [a.shape[1], a.shape[0]] : a.shape;
  const [rows, n] = transposeB ? [b.shape[1], b.shape[0]] : b.shape;
  if (a.shape.length !== 2 || b.shape.length !== 2 || inner !== rows) throw shapeError('product', a.shape, b.shape);
  if (c && !sameShape(broadcastShape(c.shape, [m, n], 'gemm'), [m, n])) throw shapeError('gemm', c.shape, [m, n]);
  const attributes: Record<string, OnnxAttribute> = { transA: flag(transposeA), transB: flag(transposeB) };
  if (scale !== 1) attributes.alpha = { float: scale };
  return a.graph.node('Gemm', c ? [a, b, c] : [a, b], [[m, n]], { attributes })[0];
}

/** Sums of the columns of a matrix: as a product, which is twice as fast as the reduction. */
export function columnSums(x: Value): Value {
  const [rows, columns] = x.shape;
  return reshape(gemm(expand(x.graph.scalar(1), [1, rows]), x), [columns]);
}

/** Zeros of any shape, the batch included. */
export function zeros(like: Value, shape: Shape = like.shape): Value {
  const { graph } = like;
  if (!shape.some(isDynamic)) return expand(graph.scalar(0), shape);
  const axis = like.shape.indexOf(graph.batch);
  if (axis < 0) throw new InvalidInputError('zeros: the value has no axis of the size of the batch');
  const attributes = { start: { int: axis }, end: { int: axis + 1 } };
  const [batch] = graph.node('Shape', [like], [[1]], { attributes, type: 'int64' });
  const sizes = shape.map((dimension) => (dimension === graph.batch ? batch : graph.indices([dimension])));
  const [target] = graph.node('Concat', sizes, [[shape.length]], { attributes: { axis: { int: 0 } }, type: 'int64' });
  return graph.node('Expand', [graph.scalar(0), target], [shape])[0];
}

function flag(on: boolean): OnnxAttribute {
  return { int: on ? 1 : 0 };
}

function swapLast(x: Value): Value {
  const order = x.shape.map((_, i) => i);
  order.push(...order.splice(-2).reverse());
  return transpose(x, order);
}

/** Sums a gradient over the axes along which a value of `shape` was repeated. */
export function unbroadcast(gradient: Value, shape: Shape): Value {
  if (sameShape(gradient.shape, shape)) return gradient;
  const lead = gradient.shape.length - shape.length;
  const axes = gradient.shape.flatMap((dimension, i) =>
    i < lead || (shape[i - lead] === 1 && dimension !== 1) ? [i] : [],
  );
  return reshape(axes.length > 0 ? reduce('Sum', gradient, axes) : gradient, shape);
}

/** The gradient of a rectified value: `gradient` where `out` is above 0. Twice as fast as the sign or a comparison. */
export function reluGradient(gradient: Value, out: Value): Value {
  const { graph } = out;
  const [passes] = graph.node('Clip', [withNumber('Mul', out, 1e37), graph.scalar(0), graph.scalar(1)], [out.shape]);
  return binary('Mul', gradient, passes);
}
