/** What is validated: a model, or preprocessing with a model behind it. Each fold gets a fresh, unfitted copy; the one given is never fitted. */
import { InvalidInputError } from '../core/errors.js';
import type { HybridInput, Windows } from '../core/windows.js';
import { BaseModel, type ModelClass } from '../model/base-model.js';
import { ModelRegistry } from '../model/registry.js';
import type { PreprocessingOptions } from '../preprocessing/options.js';
import { PreprocessingPipeline } from '../preprocessing/pipeline.js';

/** A model of rows, of windows or of both. */
export type AnyModel = BaseModel | BaseModel<unknown, Windows> | BaseModel<unknown, HybridInput>;

/** A model object (its config counts, not what it has learned), or a registered name for its defaults. */
export type ModelSource = AnyModel | string;

/** Preprocessing, fitted on the training rows of each fold, and the model that learns from its features. */
export interface ModelPipeline {
  readonly preprocessing?: PreprocessingPipeline | PreprocessingOptions;
  readonly model: ModelSource;
  /** Hyperparameters, where `model` is a name. */
  readonly config?: Readonly<Record<string, unknown>>;
}

export interface Candidate {
  readonly name: string;
  /** One of the models, to ask what it is. */
  readonly sample: BaseModel;
  freshModel(): BaseModel;
  /** Absent without preprocessing. */
  readonly freshPipeline?: () => PreprocessingPipeline;
}

const HINT =
  "Pass a model such as new LightGBMModel(), a registered name, or { preprocessing, model: 'lightgbm', config }.";

/** @throws InvalidInputError - neither a model, a name nor a pipeline; ConfigError - hyperparameters or options that are wrong */
export async function candidateOf(given: ModelSource | ModelPipeline, what: string): Promise<Candidate> {
  const parts: ModelPipeline =
    typeof given === 'string' || given instanceof BaseModel ? { model: given } : checkedParts(given, what);
  const freshModel = await modelFactory(parts, what);
  const sample = freshModel();
  const { preprocessing } = parts;
  if (preprocessing === undefined) return { name: sample.info.name, sample, freshModel };
  // Resolved options are valid options: a second parse leaves them as they are.
  const options = (
    preprocessing instanceof PreprocessingPipeline ? preprocessing : new PreprocessingPipeline(preprocessing)
  ).options as PreprocessingOptions;
  return { name: sample.info.name, sample, freshModel, freshPipeline: () => new PreprocessingPipeline(options) };
}

function checkedParts(given: ModelPipeline, what: string): ModelPipeline {
  const keys = given === null || typeof given !== 'object' ? [] : Object.keys(given);
  const unknown = keys.filter((key) => !['preprocessing', 'model', 'config'].includes(key));
  if (!keys.includes('model') || unknown.length > 0) {
    const problem = unknown.length > 0 ? `unknown key '${unknown[0]}'` : 'there is no model to validate';
    throw new InvalidInputError(`${what}: ${problem}`, { hint: HINT });
  }
  return given;
}

async function modelFactory({ model, config }: ModelPipeline, what: string): Promise<() => BaseModel> {
  if (typeof model === 'string') {
    const Model = await ModelRegistry.get(model);
    return () => new Model(config ?? {});
  }
  if (!(model instanceof BaseModel)) throw new InvalidInputError(`${what}: the model is not one`, { hint: HINT });
  if (config !== undefined) {
    throw new InvalidInputError(`${what}: config is for a model given by its name`, {
      hint: 'Give the hyperparameters to the model object itself.',
    });
  }
  const Model = model.constructor as unknown as ModelClass;
  return () => new Model(model.config);
}
