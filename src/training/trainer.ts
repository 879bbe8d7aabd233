/** `ModelTrainer`: one model from a container to a saved, evaluated and reported run. */
import { throwIfAborted } from '../core/abort.js';
import { InvalidInputError } from '../core/errors.js';
import type { Matrix } from '../core/matrix.js';
import type { ProgressListener } from '../core/progress.js';
import type { Split } from '../core/split.js';
import { resolveThreads } from '../core/threads.js';
import { LIBRARY_VERSION } from '../core/version.js';
import type { Windows } from '../core/windows.js';
import type { TimeSeriesDataContainer } from '../data/container.js';
import type { Evaluation } from '../evaluation/evaluate.js';
import type { BaseModel } from '../model/base-model.js';
import {
  loadTrainingConfig,
  modelParameters,
  parseTrainingConfig,
  type ResolvedTrainingConfig,
  type TrainingConfig,
} from '../model/config-files.js';
import { type ConfigOf, ModelRegistry } from '../model/registry.js';
import type { TrainingMetrics } from '../model/types.js';
import type { PreprocessingPipeline } from '../preprocessing/pipeline.js';
import { REPORT_VERSION, type TrainingReport } from '../report/training-report.js';
import { assertNoLeakage } from '../splits/leakage.js';
import { TestSetGuard } from '../splits/test-guard.js';
import { type RunArtifacts, writeRun } from './artifacts.js';
import { evaluateBaselines, verdictOf } from './baselines.js';
import { evaluateModelOn } from './evaluate-model.js';
import { checkRunId, newRunId } from './run-names.js';
import type { TrackedRun, Tracker } from './tracker.js';

export interface ModelTrainerOptions {
  /** Settings over the shipped config/training.yaml. */
  config?: TrainingConfig;
  /** A training.yaml of your own instead of the shipped one. */
  configFile?: string;
  tracker?: Tracker;
  /** Default: the config's, experiments/runs. */
  runsDirectory?: string;
}

export interface TrainModelOptions<N extends string = string> {
  /** Hyperparameters over the model's file, its variant and the family's defaults. */
  config?: ConfigOf<N>;
  /** Such as 'conservative' or 'aggressive'. */
  variant?: string;
  /** A YAML file with the model's hyperparameters instead of the shipped one. */
  modelConfigFile?: string;
  /** Rows a window, for sequence models given two-dimensional data. */
  seqLen?: number;
  /** Default: the training config's. */
  seed?: number;
  threads?: number;
  signal?: AbortSignal;
  onProgress?: ProgressListener;
  /** Default: a new one. A run evaluates the test set once: the same id again is a `TestSetReuseError`. */
  runId?: string;
  /** The fitted pipeline that made the container: saved beside the model. */
  preprocessing?: PreprocessingPipeline;
  /** False leaves the test set untouched; the verdict is then on validation. Default true. */
  evaluateTest?: boolean;
  /** False writes nothing. Default true. */
  save?: boolean;
}

export interface TrainingResult {
  readonly model: BaseModel;
  readonly metrics: TrainingMetrics;
  readonly trainMetrics: Evaluation;
  readonly validationMetrics: Evaluation;
  /** Undefined with `evaluateTest: false`. */
  readonly testMetrics?: Evaluation;
  readonly runId: string;
  /** Undefined with `save: false`. */
  readonly artifacts?: RunArtifacts;
  readonly report: TrainingReport;
}

/**
 * Trains registered models with everything around a fit that a disciplined run needs: leakage checks before, baselines beside,
 * one evaluation of the test set after, artifacts and a report at the end.
 *
 * @example
 * const result = await new ModelTrainer().trainModel('lightgbm', container, { variant: 'conservative' });
 * console.log(result.report.verdict.text);
 */
export class ModelTrainer {
  private readonly guard: TestSetGuard;

  constructor(private readonly options: ModelTrainerOptions = {}) {
    if (options.config) parseTrainingConfig(options.config);
    this.guard = new TestSetGuard();
  }

  /**
   * One run: checks, fit on train (early stopping on validation), scores, baselines, artifacts.
   *
   * @throws DataLeakageError - before anything is trained, when the splits share information
   * @throws ConfigError - unknown variant, hyperparameter or setting
   * @throws TestSetReuseError - the run id has evaluated the test set before
   * @throws TrainingFailedError | TrainingCancelledError - from the fit; no run directory is left
   */
  async trainModel<N extends string>(
    name: N,
    container: TimeSeriesDataContainer,
    options: TrainModelOptions<N> = {},
  ): Promise<TrainingResult> {
    const settings = await this.settings();
    const Model = await ModelRegistry.get(name);
    const runId = options.runId === undefined ? newRunId(name, container.symbol) : checkRunId(options.runId);
    const seed = options.seed ?? settings.seed;
    const threads = resolveThreads(options.threads ?? settings.threads);
    const config = await modelParameters(name, {
      variant: options.variant,
      file: options.modelConfigFile,
      familyDefaults: settings.families[ModelRegistry.family(name)]?.params,
      overrides: options.config as Record<string, unknown> | undefined,
    });
    const model = new Model(config);
    const data = adaptTo(model, container, options.seqLen);
    const leakage = await assertNoLeakage([data.train, data.validation, data.test]);
    throwIfAborted(options.signal);

    const tracked = await this.options.tracker?.startRun({
      runId,
      model: name,
      params: config,
      tags: tagsOf(container, options.variant),
    });
    try {
      const metrics = await model.fit(
        { ...data.train, validation: data.validation, featureNames: container.featureNames },
        { seed, threads, signal: options.signal, onProgress: options.onProgress },
      );
      const evaluations = {
        train: await evaluateModelOn(model, data.train, threads),
        validation: await evaluateModelOn(model, data.validation, threads),
        test:
          options.evaluateTest === false
            ? undefined
            : await this.guard.evaluate({ runId, model: name }, () => evaluateModelOn(model, data.test, threads)),
      };
      throwIfAborted(options.signal);
      const baselines = evaluateBaselines(model.task, data, evaluations, {
        seed,
        test: options.evaluateTest !== false,
      });
      const report: TrainingReport = {
        formatVersion: REPORT_VERSION,
        runId,
        createdAt: new Date().toISOString(),
        model: {
          name,
          family: model.info.family,
          task: model.task,
          variant: options.variant,
          config: model.config as Record<string, unknown>,
          classes: model.classes,
        },
        seed,
        data: {
          symbol: container.symbol,
          horizon: container.horizon,
          sequenceLength: data.seqLen,
          featureNames: container.featureNames,
          summary: container.summary(),
        },
        leakage,
        training: metrics,
        evaluations: withoutOutputs(evaluations),
        baselines,
        verdict: verdictOf(evaluations, baselines),
        featureImportance: importanceOf(model),
        warnings: [...metrics.warnings, ...leakage.findings.map((finding) => finding.message)],
        environment: {
          holdfast: LIBRARY_VERSION,
          node: process.version,
          platform: `${process.platform}-${process.arch}`,
          threads,
        },
      };
      const artifacts =
        options.save === false
          ? undefined
          : await writeRun(this.options.runsDirectory ?? settings.runsDirectory, report, model, options.preprocessing);
      await finishTracking(tracked, report, artifacts);
      return {
        model,
        metrics,
        trainMetrics: evaluations.train,
        validationMetrics: evaluations.validation,
        testMetrics: evaluations.test,
        runId,
        artifacts,
        report,
      };
    } catch (error) {
      await tracked?.finish('failed', error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  private async settings(): Promise<ResolvedTrainingConfig> {
    const base = await loadTrainingConfig(this.options.configFile);
    return parseTrainingConfig({ ...base, ...this.options.config });
  }
}
