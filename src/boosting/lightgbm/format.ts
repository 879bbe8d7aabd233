/**
 * LightGBM's text model, version 4, as plain data: what `parseModel` (format-reader.ts) returns and `formatModel`
 * (format-writer.ts) takes. Layout: https://github.com/microsoft/LightGBM, `Booster.save_model`.
 */
import { ModelFormatError } from '../../core/errors.js';
import type { Ensemble } from '../../trees/tree.js';
import type { FileObjective } from './objective.js';

export interface LightGBMFile {
  ensemble: Ensemble;
  objective: FileObjective;
  featureNames: string[];
  /** Smallest and largest training value (`[min:max]`), categories (`3:1:2`) or `none`, a feature each. */
  featureInfos?: string[];
  /** Features whose zeros count as missing (`zero_as_missing`), one flag a feature. */
  zeroMissing?: Uint8Array;
  /** -1, 0 or 1 a feature, where the model was trained under monotone constraints. */
  monotone?: number[];
  /** Shrinkage each tree was scaled by. */
  shrinkage?: Float64Array;
  /** Lines of the `parameters` block: LightGBM's names, values as text. */
  parameters?: Record<string, string>;
  /** Of a model trained on pandas categories: their values, a list a categorical column; a category's code is its place there. */
  pandasCategorical?: unknown[][];
  /** Labels of the classes, sorted; LightGBM itself knows 0..k-1 only. */
  classes?: number[];
}

/** Values within this distance of zero are zero to LightGBM (`kZeroThreshold`, a float32 constant). */
export const ZERO_THRESHOLD = Math.fround(1e-35);

/** Bits of `decision_type`. */
export const CATEGORICAL_BIT = 1;
export const DEFAULT_LEFT_BIT = 2;
export const MISSING_SHIFT = 2;
/** What `decision_type` holds above `MISSING_SHIFT`. */
export const MISSING = { none: 0, zero: 1, nan: 2 } as const;

/** First characters of our own line after the parameters; LightGBM skips it. */
export const TRAILER = 'holdfast:';

/** The error for a file that is not what it should be; `part` names the section or key. */
export function damaged(part: string, problem: string, details: Record<string, unknown> = {}): ModelFormatError {
  return new ModelFormatError(`LightGBM model file, ${part}: ${problem}`, {
    hint: 'The file is damaged, cut short or no LightGBM text model: save it again (Booster.save_model in Python, exportNative here).',
    details: { part, ...details },
  });
}
