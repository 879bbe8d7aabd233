/** Searches over whole pipelines by cross-validation: preprocessing is refitted in every fold, and every trial is kept with all its scores. */
import { ConfigError, InvalidInputError } from '../core/errors.js';
import type { ProgressListener } from '../core/progress.js';
import { DEFAULT_SEED } from '../core/seed.js';
import type { Split } from '../core/split.js';
import { passGate, QC_OPTIONS, type QCOptions } from '../data/qc-gate.js';
import { BaseModel, type ModelClass } from '../model/base-model.js';
import { PreprocessingPipeline } from '../preprocessing/pipeline.js';
import { claimRows } from '../splits/claim-rows.js';
import type { ModelPipeline, ModelSource } from '../validation/candidate.js';
import type { AnySplitter } from '../validation/checked-folds.js';
import { crossValidate } from '../validation/cross-validate.js';
import type { MetricChoice } from '../validation/metrics.js';
import type { CrossValidationResult } from '../validation/result.js';
import type { ValidationInput } from '../validation/row-data.js';
import { createStudy } from './create-study.js';
import { categorical, type ParamValue } from './distribution.js';
import type { Sampler } from './sampler.js';
import { type Grid, GridSampler } from './samplers/grid.js';
import { RandomSampler } from './samplers/random.js';
import type { SearchSpace } from './space.js';
import type { Storage } from './storage.js';
import type { Study } from './study.js';

/** How `GridSearch` and `RandomizedSearch` score a configuration, and how many they try. */
export interface SearchOptions extends QCOptions {
  readonly splitter: AnySplitter;
  /** The first one decides. Default: accuracy, or R² for regression. */
  readonly metrics?: readonly MetricChoice[];
  readonly storage?: Storage;
  readonly name?: string;
  /** Of the search and of every fit. Default 42. */
  readonly seed?: number;
  /** Trials at once; never changes a number. Default 1. */
  readonly workers?: number;
  readonly threads?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
}

/** What a search found, and the pipeline fitted with it. */
export interface SearchResult {
  readonly study: Study;
  readonly bestParams: Readonly<Record<string, ParamValue>>;
  /** Mean over the folds of the first metric. */
  readonly bestScore: number;
  /** The pipeline with the best parameters, not fitted: for `crossValidate`, or to be fitted on all rows. */
  readonly bestPipeline: ModelPipeline;
  /** All scores of each complete trial, by its number. */
  readonly results: ReadonlyMap<number, CrossValidationResult>;
}

const OPTIONS = [
  ...['splitter', 'metrics', 'storage', 'name', 'seed', 'workers', 'threads', 'signal', 'onProgress'],
  ...QC_OPTIONS,
];

/** What the two searches share. Parameters are named `model__maxDepth` or `preprocessing__scaling`; without a prefix they are the model's. */
abstract class PipelineSearch {
  constructor(
    private readonly pipeline: ModelSource | ModelPipeline,
    private readonly options: SearchOptions,
  ) {
    const unknown = Object.keys(options).find((key) => !OPTIONS.includes(key));
    if (unknown !== undefined) {
      throw new ConfigError(`${new.target.name}: unknown option '${unknown}'`, {
        hint: `Valid options: ${OPTIONS.join(', ')}.`,
      });
    }
    if (!options.splitter)
      throw new ConfigError(`${new.target.name}: a splitter is needed`, { hint: 'new PurgedKFold({ folds: 5 })' });
  }

  protected abstract readonly sampler: Sampler;
  protected abstract readonly space: SearchSpace;
  protected abstract readonly trials: number;

  /**
   * @throws QCGateBlockedError - the quality report FAILED and there is no override
   * @throws InvalidInputError, DataLeakageError - as `crossValidate`
   * @throws HyperparameterTuningError - every trial failed
   * @throws TrainingCancelledError - `signal` was aborted
   */
  async fit(data: Split<'train', ValidationInput>): Promise<SearchResult> {
    const {
      splitter,
      metrics,
      storage,
      name,
      seed = DEFAULT_SEED,
      workers = 1,
      threads,
      signal,
      onProgress,
    } = this.options;
    const qc = passGate(this.options);
    const results = new Map<number, CrossValidationResult>();
    // Asked now, written down once the rows have chosen.
    const claim = claimRows('tune', { X: data?.X, role: data?.role }, { name: this.constructor.name });
    const study = await createStudy({
      direction: 'maximize',
      sampler: this.sampler,
      seed,
      ...(storage && { storage }),
      ...(name !== undefined && { name }),
    });
    if (qc) await study.setUserAttr('qc', qc);
    // A study maximises: errors count as their negative.
    let sign = 1;
    await study.optimize(
      async (trial) => {
        const result = await crossValidate(withParams(this.pipeline, trial.params), data, {
          ...{ splitter, seed, metrics, threads, workers: workers > 1 ? 1 : undefined },
          signal: trial.signal,
        });
        results.set(trial.number, result);
        for (const [metric, { test }] of Object.entries(result.scores)) {
          trial.setUserAttr(metric, { mean: test.mean, std: test.std, values: test.values });
        }
        const [{ direction, test }] = Object.values(result.scores);
        sign = direction === 'maximize' ? 1 : -1;
        return sign * test.mean;
      },
      { trials: this.trials, workers, space: this.space, ...(signal && { signal }), ...(onProgress && { onProgress }) },
    );
    claim.record();
    const { bestParams, bestValue } = study;
    return {
      study,
      bestParams,
      bestScore: sign * bestValue,
      bestPipeline: withParams(this.pipeline, bestParams),
      results,
    };
  }
}

/** Every combination of some values, once. */
export class GridSearch extends PipelineSearch {
  protected readonly sampler: GridSampler;
  protected readonly space: SearchSpace;
  protected readonly trials: number;

  /** @throws ConfigError - an empty grid, or an unknown option */
  constructor(pipeline: ModelSource | ModelPipeline, grid: Grid, options: SearchOptions) {
    super(pipeline, options);
    this.sampler = new GridSampler(grid, { shuffle: false });
    this.trials = this.sampler.trialLimit;
    this.space = Object.fromEntries(Object.entries(grid).map(([name, values]) => [name, categorical(values)]));
  }
}

/** Some points of a space, drawn at random or by another sampler. */
export class RandomizedSearch extends PipelineSearch {
  protected readonly sampler: Sampler;
  protected readonly trials: number;

  /** @param options - `trials`: default 10; `sampler`: default random. @throws ConfigError - an unknown option */
  constructor(
    pipeline: ModelSource | ModelPipeline,
    protected readonly space: SearchSpace,
    options: SearchOptions & { readonly trials?: number; readonly sampler?: Sampler },
  ) {
    const { trials = 10, sampler = new RandomSampler(), ...rest } = options;
    super(pipeline, rest);
    this.trials = trials;
    this.sampler = sampler;
  }
}

/** A pipeline with some of its settings replaced. */
function withParams(given: ModelSource | ModelPipeline, params: Readonly<Record<string, ParamValue>>): ModelPipeline {
  const { preprocessing, model, config }: ModelPipeline =
    typeof given === 'string' || given instanceof BaseModel ? { model: given } : given;
  const ofModel: Record<string, unknown> = { ...config };
  const ofPreprocessing: Record<string, unknown> = {
    ...(preprocessing instanceof PreprocessingPipeline ? preprocessing.options : preprocessing),
  };
  let touched = false;
  for (const [name, value] of Object.entries(params)) {
    const path = name.split('__');
    const part = path.length > 1 ? path.shift() : 'model';
    if (part === 'model') assign(ofModel, path, value);
    else if (part === 'preprocessing') {
      assign(ofPreprocessing, path, value);
      touched = true;
    } else {
      throw new InvalidInputError(`The pipeline has no part '${String(part)}' (parameter '${name}')`, {
        hint: 'Parameters start with model__ or preprocessing__.',
      });
    }
  }
  const parts =
    preprocessing === undefined && !touched ? {} : { preprocessing: touched ? ofPreprocessing : preprocessing };
  if (typeof model === 'string') return { ...parts, model, config: ofModel };
  const Model = model.constructor as unknown as ModelClass;
  return { ...parts, model: new Model({ ...(model.config as object), ...ofModel }) };
}

function assign(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path;
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const inner = { ...(target[key] as Record<string, unknown> | undefined) };
  assign(inner, rest, value);
  target[key] = inner;
}
