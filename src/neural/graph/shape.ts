/**
 * Shapes of values in a graph. The batch size of an inference graph is not known: there, dimensions that grow with the batch are
 * multiples of `BATCH`, a prime that no real dimension reaches, so that shape arithmetic (30 steps x batch) is plain arithmetic.
 */
import { InvalidInputError } from '../../core/errors.js';

export type Shape = readonly number[];

/** The unknown batch size: the Mersenne prime 2^31 - 1. */
export const BATCH = 2147483647;

/** Whether a dimension is a multiple of the unknown batch size. */
export function isDynamic(dimension: number): boolean {
  return dimension > 0 && dimension % BATCH === 0;
}

export function sizeOf(shape: Shape): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dimension, i) => dimension === b[i]);
}

/** `[2, batch, 5]`, for messages. */
export function printShape(shape: Shape): string {
  const print = (dimension: number) => {
    if (!isDynamic(dimension)) return String(dimension);
    return dimension === BATCH ? 'batch' : `${dimension / BATCH} x batch`;
  };
  return `[${shape.map(print).join(', ')}]`;
}

export function shapeError(what: string, ...shapes: Shape[]): InvalidInputError {
  return new InvalidInputError(`${what}: shapes ${shapes.map(printShape).join(' and ')} do not fit`, {
    hint: 'Check the dimensions of the layers on both sides.',
    details: { shapes },
  });
}

/** The common shape of two values by NumPy's broadcasting rule; throws `InvalidInputError` where there is none. */
export function broadcastShape(a: Shape, b: Shape, what: string): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) throw shapeError(what, a, b);
    return x === 1 ? y : x;
  });
}

/** Axes counted from the front; a negative one counts from the back. Throws `InvalidInputError` outside the rank. */
export function positiveAxis(axis: number, rank: number, what: string): number {
  const positive = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || positive < 0 || positive >= rank) {
    throw new InvalidInputError(`${what}: axis ${axis} of a value of rank ${rank}`, {
      hint: `Give an axis from ${-rank} to ${rank - 1}.`,
    });
  }
  return positive;
}
