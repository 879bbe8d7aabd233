/**
 * What voting, stacking and blending share: members trained within one thread budget, their predictions side by side, importance, diversity,
 * and the files of a bundle of models. A subclass says how predictions become one.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { NotFittedError } from '../core/errors.js';
import { BaseModel } from '../model/base-model.js';
import { rowCount, windowsOf } from '../model/input.js';
import { encodeLabels } from '../model/label-encoder.js';
import { predictionOutput } from '../model/output.js';
import type {
  FitContext,
  FitData,
  FitRows,
  ImportanceKind,
  InputMode,
  ModelInput,
  ModelInputMatrix,
  PredictionOutput,
  Task,
} from '../model/types.js';
import { usedRows } from '../model/used-rows.js';
import { type BundleWriter, type Files, misfit, readModel } from './bundle.js';
import { type Opinion, opinionOf, weightedMean } from './combine.js';
import { type Diversity, diversityOf } from './diversity.js';
import { weightedImportance } from './importance.js';
import { type MemberRows, predictWith, type TrainedMember, trainMember } from './member.js';
import { inputModeOf, type MemberSettings } from './member-config.js';
import { featuresAreLastRows } from './member-input.js';
import type { OnnxInput } from './onnx.js';
import { runWithin, type Training } from './schedule.js';

/** What every ensemble's parsed config has. */
export interface EnsembleSettings {
  readonly task: Task;
  readonly members: readonly MemberSettings[];
  readonly sequenceLength?: number;
  readonly seed?: number;
}

/** One training of a member: on which rows, and what to call it. */
export interface MemberJob {
  readonly settings: MemberSettings;
  readonly rows: () => Promise<MemberRows>;
  /** Such as 'lightgbm' or 'lightgbm, fold 2'. */
  readonly title: string;
  /** What is to be done with the fitted model at once, on its share of the threads. */
  readonly use?: (model: BaseModel, threads: number) => Promise<void>;
}

/** Losses are log-loss or mean squared error, accuracies R² for regression: of a member alone, on rows it was not trained on. */
export interface MemberScore {
  readonly name: string;
  readonly loss: number;
  readonly accuracy: number;
}

/**
 * Rows of features, windows, or both, as the members need: see `info.inputMode`. To the type system a model of features, so that it goes
 * wherever such a model goes; the hooks take every input.
 */
export abstract class EnsembleModel<Settings extends EnsembleSettings> extends BaseModel<Settings> {
  /** @internal */
  protected trained: readonly TrainedMember[] = [];
  /** Ascending; known before `fit` is over, when `classes` is not. */
  protected labels: readonly number[] = [];
  /** What X was in training, for `exportOnnx`. @internal */
  protected onnxInput: OnnxInput = { lastRows: true };

  /** Weight of each member's say, for importance; in the order of `trained`. */
  protected abstract get shares(): readonly number[];

  protected override get ownInputMode(): InputMode {
    return inputModeOf(this.config.members);
  }

  protected override get takesRowFacts(): boolean {
    return true;
  }

  /** The members' models by name, in the order of the config: one each, or one a fold. @throws NotFittedError - before `fit` */
  get memberModels(): readonly { readonly name: string; readonly models: readonly BaseModel[] }[] {
    return this.requireTrained().map(({ name, models }) => ({ name, models }));
  }

  /**
   * What each member says of X by itself: the mean over its models where it has several.
   *
   * @throws NotFittedError - before `fit`
   * @throws InvalidInputError - other columns than in training
   */
  async memberPredictions(
    X: ModelInput,
    options: { threads?: number } = {},
  ): Promise<{ name: string; prediction: PredictionOutput }[]> {
    const input: ModelInputMatrix = await this.predictionInput(X);
    const opinions = await this.opinions(input, this.predictContext(options).threads);
    return Promise.all(
      this.requireTrained().map(async ({ name }, m) => {
        const raw = this.task === 'regression' ? opinions[m].data : opinions[m];
        return { name, prediction: await predictionOutput(raw, rowCount(input), this.classes, this.label) };
      }),
    );
  }

  /**
   * How differently the members err on these rows: disagreement, Q statistic, correlation of errors and double fault of every pair
   * (Kuncheva and Whitaker, 2003). Members that err alike add little to each other.
   *
   * @throws NotFittedError - before `fit`
   * @throws InvalidInputError - other columns than in training, labels the model does not know
   */
  async diversity(
    rows: { X: ModelInput; y: ArrayLike<number>; weights?: ArrayLike<number> },
    options: { threads?: number } = {},
  ): Promise<Diversity> {
    const input: ModelInputMatrix = await this.predictionInput(rows.X);
    const { threads } = this.predictContext(options);
    const opinions = await this.opinions(input, threads);
    const values = Float64Array.from(rows.y);
    const y = this.task === 'classification' ? encodeLabels(values, this.classes, `${this.label}: diversity`) : values;
    const names = this.requireTrained().map(({ name }) => name);
    return diversityOf({ names, opinions, y, weights: rows.weights, task: this.task, what: this.label });
  }

  // ---- for subclasses ----------------------------------------------------------------------------------------------------

  /** Rows as the members' `fit` takes them: labels for class numbers. @internal */
  protected memberRows(data: FitData<ModelInputMatrix>, withValidation: boolean): MemberRows {
    const { classes, validation } = data;
    const labelled = <R extends FitRows<ModelInputMatrix>>(rows: R): R =>
      classes.length > 0 ? { ...rows, y: Float64Array.from(rows.y, (k) => classes[k]) } : rows;
    const { X, y, weights, times, labelEnds, groups, featureNames } = data;
    return {
      ...labelled({ X, y, weights }),
      ...(validation && withValidation ? { validation: labelled(validation) } : {}),
      times,
      labelEnds,
      groups,
      featureNames,
    };
  }

  /** Remembers the form of the training input, for files and ONNX. */
  protected noteInput(X: ModelInputMatrix): void {
    const windowLength = windowsOf(X)?.length;
    this.onnxInput = { ...(windowLength === undefined ? {} : { windowLength }), lastRows: featuresAreLastRows(X) };
  }

  /** A model for each job, in their order, trained within the context's threads. @internal */
  protected async train(jobs: readonly MemberJob[], context: FitContext, phase = 'members'): Promise<BaseModel[]> {
    const { signal, onProgress, seed, checkpointDirectory } = context;
    let done = 0;
    const trainings = jobs.map(
      ({ settings, rows, title, use }): Training<BaseModel> =>
        async (share) => {
          const own = checkpointDirectory === undefined ? undefined : join(checkpointDirectory, title);
          if (own !== undefined) await mkdir(own, { recursive: true });
          const model = await trainMember(settings, await rows(), {
            ...share,
            ensemble: this.label,
            task: this.task,
            seed,
            checkpointDirectory: own,
            onProgress: (event) => onProgress({ ...event, phase: `${title}: ${event.phase}` }),
          });
          await use?.(model, share.threads);
          onProgress({ phase, step: ++done, total: jobs.length, message: title });
          return model;
        },
    );
    return runWithin(trainings, context.threads, signal);
  }

  /** What every member says, a column a class: the mean over its models where it has several. @internal */
  protected async opinions(
    X: ModelInputMatrix,
    threads: number,
    members: readonly TrainedMember[] = this.requireTrained(),
  ): Promise<Opinion[]> {
    const all: Opinion[] = [];
    for (const member of members) {
      const each: Opinion[] = [];
      for (const model of member.models)
        each.push(await opinionOf(await predictWith(model, member, X, threads, this.label), this.labels));
      all.push(each.length === 1 ? each[0] : await weightedMean(each, new Array<number>(each.length).fill(1)));
    }
    return all;
  }

  /** Whether a member's training looked at the validation rows. */
  protected tookValidation({ validation }: FitData<ModelInputMatrix>): boolean {
    const base = validation && (windowsOf(validation.X)?.base ?? validation.X);
    return !!base && this.trained.some(({ models }) => models.some((model) => usedRows(model, base)));
  }

  /** Warnings of members, each saying whose it is. @internal */
  protected memberWarnings(members: readonly TrainedMember[] = this.trained): string[] {
    return members.flatMap(({ name, models }) => {
      const own = new Set(models.flatMap((model) => model.trainingMetrics.warnings));
      return [...own].map((warning) => `${name}: ${warning}`);
    });
  }

  /** The fitted members. Throws `NotFittedError` before `fit`. @internal */
  protected requireTrained(): readonly TrainedMember[] {
    if (this.trained.length > 0) return this.trained;
    throw new NotFittedError(`${this.label}: this needs a fitted model`, {
      hint: 'Call await model.fit({ X, y }) first, or load a saved model.',
    });
  }

  /** Weighted mean of what members that have importance say, each scaled to sum 1. */
  protected override importanceOf(
    kind: ImportanceKind | undefined,
  ): { kind: string; values: ArrayLike<number> } | undefined {
    return weightedImportance(this.requireTrained(), this.shares, this.featureNames.length, kind);
  }

  // ---- disk --------------------------------------------------------------------------------------------------------------

  /** Saved form of the members: their metadata, and files `member0.0.*`, `member0.1.*`, ... in `writer`. @internal */
  protected async writeMembers(writer: BundleWriter): Promise<unknown> {
    const written: unknown[] = [];
    for (const [i, { name, models }] of this.requireTrained().entries()) {
      const metadata: unknown[] = [];
      for (const [j, model] of models.entries()) metadata.push(await writer.add(model, `member${i}.${j}`));
      written.push({ name, models: metadata });
    }
    return { input: this.onnxInput, list: written };
  }

  /** @internal @throws ModelFormatError - members that are damaged or not those of the config */
  protected async readMembers(saved: unknown, files: Files): Promise<TrainedMember[]> {
    const { input, list: written } = (saved ?? {}) as { input?: unknown; list?: unknown };
    this.onnxInput = readInput(input);
    this.labels = this.classes;
    if (!Array.isArray(written) || written.length === 0) throw misfit('The list of members', 'it is missing');
    const byName = new Map(this.config.members.map((settings) => [settings.name, settings]));
    const members: TrainedMember[] = [];
    for (const [i, one] of written.entries()) {
      const { name, models } = (one ?? {}) as { name?: unknown; models?: unknown };
      const settings = typeof name === 'string' ? byName.get(name) : undefined;
      const what = `Member ${i} ('${String(name)}')`;
      if (!settings || members.some((member) => member.name === name)) throw misfit(what, 'it is none of the config');
      if (!Array.isArray(models) || models.length === 0) throw misfit(what, 'it has no model');
      const read: BaseModel[] = [];
      for (const [j, metadata] of models.entries()) {
        const model = await readModel(metadata, files, `member${i}.${j}`, this.task, what);
        if (model.classes.some((label) => !this.classes.includes(label)))
          throw misfit(what, 'it has classes that the ensemble does not know');
        read.push(model);
      }
      members.push({ name: settings.name, settings, models: read });
    }
    return members;
  }
}

function readInput(saved: unknown): OnnxInput {
  const { windowLength, lastRows } = (saved ?? {}) as Record<string, unknown>;
  const whole = windowLength === undefined || (Number.isInteger(windowLength) && (windowLength as number) > 0);
  if (!whole || typeof lastRows !== 'boolean') throw misfit('The input', 'it is neither rows nor windows');
  return { ...(windowLength === undefined ? {} : { windowLength: windowLength as number }), lastRows };
}
