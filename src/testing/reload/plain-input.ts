/** Inputs of models as plain data: classes do not survive the way between processes. */
import { Matrix } from '../../core/matrix.js';
import { Windows } from '../../core/windows.js';
import type { ModelInput } from '../../model/types.js';

export type PlainInput =
  | { readonly kind: 'matrix'; readonly values: Float32Array; readonly cols: number }
  | { readonly kind: 'windows'; readonly base: PlainInput; readonly ends: Uint32Array; readonly length: number }
  | { readonly kind: 'hybrid'; readonly features: PlainInput; readonly sequences: PlainInput }
  | { readonly kind: 'arrays'; readonly rows: unknown };

export function toPlain(X: ModelInput): PlainInput {
  if (X instanceof Matrix) return { kind: 'matrix', values: Float32Array.from(X.data), cols: X.cols };
  if (X instanceof Windows) {
    return { kind: 'windows', base: toPlain(X.base), ends: Uint32Array.from(X.ends), length: X.length };
  }
  if ('features' in X) return { kind: 'hybrid', features: toPlain(X.features), sequences: toPlain(X.sequences) };
  return { kind: 'arrays', rows: X };
}

export function fromPlain(plain: PlainInput): ModelInput {
  if (plain.kind === 'matrix') return Matrix.wrap(plain.values, plain.cols);
  if (plain.kind === 'windows') return new Windows(fromPlain(plain.base) as Matrix, plain.ends, plain.length);
  if (plain.kind === 'arrays') return plain.rows as ModelInput;
  return { features: fromPlain(plain.features) as Matrix, sequences: fromPlain(plain.sequences) as Windows };
}
