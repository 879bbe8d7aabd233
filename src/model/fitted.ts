/**
 * What a fitted model knows beside what its hooks learned: of the data, its seed, its metrics. Made by `fit`, from a saved model's metadata, or
 * from what another library's file says.
 */
import { ModelFormatError } from '../core/errors.js';
import { DEFAULT_SEED } from '../core/seed.js';
import type { ModelMetadata } from './bundle.js';
import type { LearnedFromData } from './prepare.js';
import type { Evaluations, ModelInfo, Task, TrainingMetrics } from './types.js';

export interface Fitted extends LearnedFromData {
  readonly seed: number;
  readonly metrics: TrainingMetrics;
}

/** What is known of a model that another library trained; classes ascend, and are empty for a regression. */
export interface AdoptedModel {
  readonly task: Task;
  readonly classes: readonly number[];
  readonly featureNames: readonly string[];
  readonly epochs?: number;
}

/** What `save` writes beside the payload's files. */
export function metadataOf(
  { name, family, config }: Pick<ModelInfo, 'name' | 'family'> & { readonly config: unknown },
  { metrics, ...fitted }: Fitted,
  state: unknown,
): ModelMetadata {
  const { trainingTime: _notPartOfTheModel, ...trainingMetrics } = metrics;
  const metadata = {
    name,
    family,
    task: fitted.task,
    config: withoutThreads(config as Record<string, unknown>),
    seed: fitted.seed,
    classes: fitted.classes,
    featureNames: fitted.featureNames,
    sequenceLength: fitted.sequenceLength,
    missing: fitted.missing,
    trainingMetrics,
    state,
  };
  // Through JSON, so that the checksum is of what a reader will see (NaN becomes null).
  return JSON.parse(JSON.stringify(metadata)) as ModelMetadata;
}

/** What `metadataOf` was given, but for the training time. */
export function fittedFrom(metadata: ModelMetadata): Fitted {
  const saved = metadata.trainingMetrics;
  return {
    task: metadata.task,
    seed: metadata.seed,
    classes: metadata.classes,
    featureNames: metadata.featureNames,
    sequenceLength: metadata.sequenceLength,
    missing: metadata.missing,
    metrics: {
      ...saved,
      trainLoss: orNaN(saved.trainLoss),
      valLoss: orNaN(saved.valLoss),
      trainAccuracy: orNaN(saved.trainAccuracy),
      valAccuracy: orNaN(saved.valAccuracy),
      history: saved.history.map(({ epoch, trainLoss, valLoss }) => {
        return { epoch, trainLoss: orNaN(trainLoss), valLoss: orNaN(valLoss) };
      }),
      evaluations: saved.evaluations && evaluationsOf(saved.evaluations),
      trainingTime: Number.NaN,
    },
  };
}

/** @throws ModelFormatError - labels that float32, the type of predictions, cannot tell apart */
export function fittedAdopted({ task, classes, featureNames, epochs = 0 }: AdoptedModel, label: string): Fitted {
  const labels = classes.map(Math.fround);
  if (new Set(labels).size < labels.length || !labels.every(Number.isFinite)) {
    throw new ModelFormatError(
      `${label}: the labels of the file are not told apart in float32, the type of predictions`,
      {
        hint: 'Train the model on labels such as 0, 1, 2, ...',
        details: { classes },
      },
    );
  }
  const unknown = Number.NaN;
  return {
    task,
    seed: DEFAULT_SEED,
    classes,
    featureNames,
    metrics: {
      trainLoss: unknown,
      valLoss: unknown,
      trainAccuracy: unknown,
      valAccuracy: unknown,
      bestEpoch: epochs,
      totalEpochs: epochs,
      earlyStopped: false,
      trainingTime: unknown,
      history: [],
      warnings: [],
    },
  };
}

/**
 * Of the columns that the model was trained on, those that were not left out.
 *
 * @throws ModelFormatError - one is kept that there is not
 */
export function keptNames({ featureNames, missing }: LearnedFromData): readonly string[] {
  const last = missing?.kept.at(-1) ?? -1;
  if (last >= featureNames.length) {
    throw new ModelFormatError(`The model keeps column ${last + 1} of ${featureNames.length}`, {
      hint: 'The model directory is damaged or was put together from two models; restore it from a copy or train again.',
    });
  }
  return missing ? missing.kept.map((j) => featureNames[j]) : featureNames;
}

/** Threads never change a model, so they are no part of its bytes. */
function withoutThreads({ threads: _threads, ...config }: Record<string, unknown>): Record<string, unknown> {
  return config;
}

/** A number that JSON could not hold is NaN. */
const orNaN = (value: number | null) => value ?? Number.NaN;

function evaluationsOf(saved: NonNullable<ModelMetadata['trainingMetrics']['evaluations']>): Evaluations {
  const mapped = <A, B>(record: Record<string, A>, to: (value: A) => B): Record<string, B> =>
    Object.fromEntries(Object.entries(record).map(([name, value]) => [name, to(value)]));
  return mapped(saved, (metrics) => mapped(metrics, (values) => values.map(orNaN)));
}
