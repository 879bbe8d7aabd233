/**
 * Which memory a fitted model learned from, so that the same rows are not taken again for what needs untouched ones. Kept beside the model
 * object, not in its files, and without keeping the rows alive.
 */
import { InvalidInputError } from '../core/errors.js';
import { Matrix } from '../core/matrix.js';
import { Windows } from '../core/windows.js';

interface Range {
  readonly owner: WeakRef<object>;
  /** Bytes, for typed arrays; the whole object otherwise. */
  readonly from: number;
  readonly to: number;
}

const used = new WeakMap<object, Range[]>();

/** Notes that `model` was fitted on the inputs. */
export function noteRows(model: object, inputs: readonly unknown[]): void {
  used.set(model, inputs.flatMap(rangesOf));
}

/** Whether any memory of `input` is memory the model was fitted on. False for loaded models and for copies of rows. */
export function usedRows(model: object, input: unknown): boolean {
  const own = rangesOf(input);
  return (used.get(model) ?? []).some(({ owner, from, to }) =>
    own.some((range) => range.owner.deref() === owner.deref() && range.from < to && from < range.to),
  );
}

function rangesOf(input: unknown): Range[] {
  if (input === null || typeof input !== 'object') throw new InvalidInputError('X is not an array');
  if (input instanceof Matrix) {
    const { buffer, byteOffset, byteLength } = input.data;
    return byteLength > 0 ? [{ owner: new WeakRef(buffer), from: byteOffset, to: byteOffset + byteLength }] : [];
  }
  if (input instanceof Windows) return rangesOf(input.base);
  return [{ owner: new WeakRef(input), from: 0, to: 1 }];
}
