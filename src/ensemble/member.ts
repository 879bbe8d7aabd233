/** One member: the model that its settings describe, trained on the rows in the form it takes; whatever goes wrong names it. */
import { HoldfastError, TrainingCancelledError, TrainingFailedError } from '../core/errors.js';
import type { ProgressListener } from '../core/progress.js';
import type { BaseModel } from '../model/base-model.js';
import { columnCount } from '../model/input.js';
import { ModelRegistry } from '../model/registry.js';
import type { FitRows, ModelInputMatrix, PredictionOutput, RowFacts, Task } from '../model/types.js';
import type { MemberSettings } from './member-config.js';
import { memberInput } from './member-input.js';

/** A trained member: the model of all rows, or one a fold. */
export interface TrainedMember {
  readonly name: string;
  /** As the config had it. */
  readonly settings: MemberSettings;
  readonly models: readonly BaseModel[];
}

/** Rows for a member: as a model's hook is given them, y with labels for class numbers. */
export interface MemberRows extends FitRows<ModelInputMatrix>, RowFacts {
  readonly validation?: FitRows<ModelInputMatrix>;
  readonly featureNames: readonly string[];
}

export interface MemberTraining {
  /** Registered name of the ensemble. */
  readonly ensemble: string;
  readonly task: Task;
  readonly seed: number;
  readonly threads: number;
  readonly signal: AbortSignal;
  /** Of the member's own progress. */
  readonly onProgress?: ProgressListener;
  readonly checkpointDirectory?: string;
}

/** The member's model, not fitted. @throws ConfigError - naming the member */
export async function makeMember(settings: MemberSettings, ensemble: string, task: Task): Promise<BaseModel> {
  try {
    const Model = await ModelRegistry.get(settings.model);
    const model = new Model(settings.config);
    if (model.task === task) return model;
    throw new TrainingFailedError(`its task is ${model.task}, the ensemble's is ${task}`, {
      hint: `Members of an ensemble have one task: set task: '${task}' in the member's config, or choose another model.`,
    });
  } catch (error) {
    throw namingMember(error, ensemble, settings.name);
  }
}

/** A new model of the member, fitted. With its config's seed, else the ensemble's, so that it equals the same model trained alone. */
export async function trainMember(
  settings: MemberSettings,
  rows: MemberRows,
  { ensemble, task, seed, ...options }: MemberTraining,
): Promise<BaseModel> {
  const model = await makeMember(settings, ensemble, task);
  const { y, times, labelEnds, groups, featureNames } = rows;
  const form = ({ X, y: labels, weights }: FitRows<ModelInputMatrix>) => ({
    X: memberInput(model, settings, X),
    y: labels,
    ...(weights && model.info.capabilities.sampleWeights ? { weights } : {}),
  });
  const train = form(rows);
  try {
    await model.fit(
      {
        ...train,
        y,
        times,
        labelEnds,
        groups,
        ...(columnCount(train.X) === featureNames.length ? { featureNames } : {}),
        ...(rows.validation ? { validation: form(rows.validation) } : {}),
      },
      { ...options, seed: ownSeed(settings) ?? seed },
    );
    return model;
  } catch (error) {
    throw namingMember(error, ensemble, settings.name);
  }
}

const ownSeed = ({ config }: MemberSettings): number | undefined => {
  const seed = config.seed ?? config.randomState ?? config.random_state;
  return typeof seed === 'number' ? seed : undefined;
};

/** What a model of the member says of rows. */
export async function predictWith(
  model: BaseModel,
  { name, settings }: Pick<TrainedMember, 'name' | 'settings'>,
  X: ModelInputMatrix,
  threads: number,
  ensemble: string,
): Promise<PredictionOutput> {
  try {
    return await model.predict(memberInput(model, settings, X), { threads });
  } catch (error) {
    throw namingMember(error, ensemble, name);
  }
}

/** The same kind of error, saying which member it comes from. */
export function namingMember(error: unknown, ensemble: string, name: string): unknown {
  if (error instanceof TrainingCancelledError) return error;
  const message = `${ensemble}: member '${name}': ${error instanceof Error ? error.message : String(error)}`;
  if (!(error instanceof HoldfastError)) {
    return new TrainingFailedError(message, { hint: 'The cause holds the original error.', cause: error });
  }
  const Kind = error.constructor as new (
    message: string,
    options: ConstructorParameters<typeof HoldfastError>[1],
  ) => HoldfastError;
  return new Kind(message, { hint: error.hint, details: { ...error.details, member: name }, cause: error });
}
