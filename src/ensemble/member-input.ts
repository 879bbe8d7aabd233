/** Rows of an ensemble in the form that each member takes: rows of features, windows whose last rows they are, or both. */
import { InvalidInputError } from '../core/errors.js';
import { Matrix } from '../core/matrix.js';
import { Windows } from '../core/windows.js';
import type { BaseModel } from '../model/base-model.js';
import { windowsOf } from '../model/input.js';
import type { ModelInputMatrix } from '../model/types.js';
import type { MemberSettings } from './member-config.js';

/** Windows longer than the member's own `sequenceLength` are cut to their last rows. */
export function memberInput(model: BaseModel, { config }: MemberSettings, X: ModelInputMatrix): ModelInputMatrix {
  const { inputMode } = model.info;
  const windows = windowsOf(X);
  if (inputMode === 'features') return featuresOf(X);
  if (!windows) {
    throw new InvalidInputError(`${model.info.name} takes windows, but X is a matrix`, {
      hint: 'Give the ensemble windows, or a sequenceLength to make them from rows in time order.',
    });
  }
  const { sequenceLength } = config as { sequenceLength?: number };
  const sequences =
    sequenceLength !== undefined && sequenceLength < windows.length
      ? new Windows(windows.base, windows.ends, sequenceLength)
      : windows;
  if (inputMode === 'sequence') return sequences;
  return { features: featuresOf(X), sequences };
}

/** Rows of features: the last row of each window where there are windows alone. */
export function featuresOf(X: ModelInputMatrix): Matrix {
  if (X instanceof Matrix) return X;
  return X instanceof Windows ? X.base.take(X.ends) : X.features;
}

/** Whether the features of each row are the last row of its window, so that the windows alone say everything. */
export function featuresAreLastRows(X: ModelInputMatrix): boolean {
  if (X instanceof Matrix || X instanceof Windows) return true;
  const { features, sequences } = X;
  const { base, ends } = sequences;
  if (features.cols !== base.cols) return false;
  for (let i = 0; i < ends.length; i++) {
    for (let j = 0; j < base.cols; j++) {
      if (!Object.is(features.data[i * base.cols + j], base.data[ends[i] * base.cols + j])) return false;
    }
  }
  return true;
}
