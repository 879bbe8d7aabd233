/** A container in the form a model takes: rows of features, or windows over them. */
import { InvalidInputError } from '../core/errors.js';
import type { Matrix } from '../core/matrix.js';
import { Windows } from '../core/windows.js';
import { TimeSeriesDataContainer } from '../data/container.js';
import type { ModelInfo } from '../model/types.js';

/** Rows a window when neither the caller nor the container says. */
const DEFAULT_SEQUENCE_LENGTH = 60;

export type AnyContainer = TimeSeriesDataContainer<Matrix> | TimeSeriesDataContainer<Windows>;

/** The container itself, or its windows for a sequence model; a model that cannot take what there is is an `InvalidInputError`. */
export function adaptTo(info: ModelInfo, container: AnyContainer, seqLen: number | undefined): AnyContainer {
  if (!(container instanceof TimeSeriesDataContainer)) {
    throw new InvalidInputError('Expected a TimeSeriesDataContainer', {
      hint: 'Build one from arrays, or with fromTable and PreprocessingPipeline.fitTransform.',
    });
  }
  const holdsWindows = container.train.X instanceof Windows;
  if (info.inputMode === 'sequence') {
    return holdsWindows ? container : container.toSequences(seqLen ?? container.seqLen ?? DEFAULT_SEQUENCE_LENGTH);
  }
  if (info.inputMode === 'hybrid') {
    throw new InvalidInputError(
      `${info.name} takes features and sequences together, which a container cannot give yet`,
      {
        hint: 'Call model.fit with { features, sequences } yourself.',
      },
    );
  }
  if (holdsWindows) {
    throw new InvalidInputError(`${info.name} takes rows of features, but the container holds windows`, {
      hint: 'Pass the container before toSequences.',
    });
  }
  return container;
}
