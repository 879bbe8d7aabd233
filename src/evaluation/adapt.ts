/** A container in the form a model takes: rows of features, or windows over them. */
import { InvalidInputError } from '../core/errors.js';
import type { Matrix } from '../core/matrix.js';
import { Windows } from '../core/windows.js';
import { TimeSeriesDataContainer } from '../data/container.js';
import type { ModelInfo } from '../model/types.js';

/** Rows a window when neither the caller, the container nor the model's config says. */
const DEFAULT_SEQUENCE_LENGTH = 60;

export interface SequenceLengths {
  /** By the caller of the run. */
  readonly asked?: number;
  /** In the model's config, its default included. */
  readonly configured?: number;
}

/** A container of rows or of windows. */
export type AnyContainer = TimeSeriesDataContainer<Matrix> | TimeSeriesDataContainer<Windows>;

/** The container itself, or its windows for a sequence model; a model that cannot take what there is is an `InvalidInputError`. */
export function adaptTo(
  info: ModelInfo,
  container: AnyContainer,
  { asked, configured }: SequenceLengths = {},
): AnyContainer {
  if (!(container instanceof TimeSeriesDataContainer)) {
    throw new InvalidInputError('Expected a TimeSeriesDataContainer', {
      hint: 'Build one from arrays, or with fromTable and PreprocessingPipeline.fitTransform.',
    });
  }
  const holdsWindows = container.train.X instanceof Windows;
  // A hybrid model takes the last row of each window as its features.
  if (info.inputMode !== 'features') {
    return holdsWindows
      ? container
      : container.toSequences(asked ?? container.seqLen ?? configured ?? DEFAULT_SEQUENCE_LENGTH);
  }
  if (holdsWindows) {
    throw new InvalidInputError(`${info.name} takes rows of features, but the container holds windows`, {
      hint: 'Pass the container before toSequences.',
    });
  }
  return container;
}
