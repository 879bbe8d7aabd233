/** `ModelTrainer`: one model from a container to a saved, evaluated and reported run. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MINIROCKET_INFO } from '../baselines/minirocket/info.js';
import { throwIfAborted } from '../core/abort.js';
import { ModelFormatError } from '../core/errors.js';
import { logOf } from '../core/logging.js';
import { observed } from '../core/spans.js';
import { resolveThreads } from '../core/threads.js';
import { LIBRARY_VERSION } from '../core/version.js';
import { passGate, qualityWarnings } from '../data/qc-gate.js';
import { type AnyContainer, adaptTo } from '../evaluation/adapt.js';
import { evaluateModel } from '../evaluation/evaluate-model.js';
import { metricsOptions } from '../evaluation/metrics-options.js';
import type { BaseModel } from '../model/base-model.js';
import { loadTrainingConfig, parseTrainingConfig, type ResolvedTrainingConfig } from '../model/config-files.js';
import { modelConfig } from '../model/model-config.js';
import { ModelRegistry } from '../model/registry.js';
import { REPORT_VERSION, type TrainingReport } from '../report/training-report.js';
import type { LedgerReport } from '../splits/ledger-record.js';
import { TestSetGuard } from '../splits/test-guard.js';
import { writeRun } from './artifacts.js';
import { judge, verdictOf } from './baseline-comparison.js';
import type { TrainAllOptions } from './comparison-options.js';
import type { ComparisonResult } from './comparison-result.js';
import type { KnownRun } from './known-runs.js';
import { modelChecksum } from './model-checksum.js';
import { checkRunId, newRunId } from './run-names.js';
import { savedResult } from './saved-result.js';
import { diagnosticsOfSplits, evaluationsOf, type SplitScores } from './scores.js';
import { logFailure, logRun } from './track-run.js';
import { trainAll } from './train-all.js';
import type { ModelTrainerOptions, TrainingResult, TrainModelOptions } from './training-result.js';

export type { ModelTrainerOptions, TrainingResult, TrainModelOptions } from './training-result.js';

/**
 * Trains registered models with everything around a fit that a disciplined run needs: leakage checks before, baselines beside,
 * one evaluation of the test set after, artifacts and a report at the end.
 *
 * @example
 * const result = await new ModelTrainer().trainModel('lightgbm', container, { variant: 'conservative' });
 * console.log(result.report.verdict.text);
 */
export class ModelTrainer {
  /** For runs that save nothing; the others keep their record on disk. */
  private readonly guard = new TestSetGuard();

  constructor(private readonly options: ModelTrainerOptions = {}) {
    logOf(options.logger);
    if (options.config) parseTrainingConfig(options.config);
  }

  /**
   * One run: checks, fit on train (early stopping on validation), scores, baselines, artifacts.
   *
   * @throws QCGateBlockedError - the quality report FAILED and there is no override
   * @throws DataLeakageError - before anything is trained, when the splits share information
   * @throws ConfigError - unknown variant, hyperparameter or setting
   * @throws TestSetReuseError - the run id has evaluated the test set before
   * @throws TrainingFailedError | TrainingCancelledError - from the fit; no run directory is left
   */
  async trainModel<N extends string>(
    name: N,
    container: AnyContainer,
    options: TrainModelOptions<N> = {},
  ): Promise<TrainingResult> {
    const runId = options.runId === undefined ? newRunId(name, container.symbol) : checkRunId(options.runId);
    return observed(
      this.log,
      {
        ...{ span: 'holdfast.train', doing: 'training' },
        fields: { run: runId, model: name, symbol: container.symbol, variant: options.variant },
        found: ({ metrics, report, artifacts }) => ({
          ...{ epochs: metrics.totalEpochs, bestEpoch: metrics.bestEpoch, verdict: report.verdict.text },
          directory: artifacts?.directory,
        }),
      },
      () => this.train(name, container, { ...options, runId, resume: options.runId !== undefined }),
    );
  }

  private get log() {
    return logOf(this.options.logger);
  }

  private async train<N extends string>(
    name: N,
    container: AnyContainer,
    options: TrainModelOptions<N> & { runId: string; resume: boolean },
  ): Promise<TrainingResult> {
    const { log } = this;
    const { runId } = options;
    const qc = passGate(options);
    for (const warning of qualityWarnings(qc)) log.warn(warning, { run: runId });
    const settings = await this.settings();
    const Model = await ModelRegistry.get(name);
    const seed = options.seed ?? settings.seed;
    const threads = resolveThreads(options.threads ?? settings.threads);
    const config = await modelConfig(name, {
      variant: options.variant,
      file: options.modelConfigFile,
      familyDefaults: settings.families[ModelRegistry.family(name)]?.params,
      overrides: options.config as Record<string, unknown> | undefined,
    });
    const model = new Model(config);
    // What is wrong with it must not show after the training.
    metricsOptions.parse(options.evaluation ?? {}, 'evaluation');
    const data = adaptTo(model.info, container, {
      asked: options.seqLen ?? (options.config as { sequenceLength?: number } | undefined)?.sequenceLength,
      configured: (model.config as { sequenceLength?: number }).sequenceLength,
    });
    const leakage = await data.assertNoLeakage();
    throwIfAborted(options.signal);

    const tracked = await this.options.tracker?.startRun({
      runId,
      model: name,
      params: config,
      tags: tagsOf(container, options.variant),
      // An id of the caller's may be that of a run whose process died.
      ...(options.resume && { resume: 'unfinished' }),
    });
    try {
      const fitted = { run: runId, rows: data.train.y.length, features: data.featureNames.length, seed, threads };
      const metrics = await observed(
        log,
        {
          span: 'holdfast.fit',
          doing: 'fit',
          level: 'debug',
          fields: fitted,
          found: ({ totalEpochs }) => ({ epochs: totalEpochs }),
        },
        () =>
          model.fit(
            { ...data.train, validation: data.validation, featureNames: data.featureNames },
            {
              ...{ seed, threads, signal: options.signal, onProgress: options.onProgress },
              ...(options.checkpointDirectory !== undefined && { checkpointDirectory: options.checkpointDirectory }),
            },
          ),
      );
      const runsDirectory = this.options.runsDirectory ?? settings.runsDirectory;
      const evaluation = {
        span: 'holdfast.evaluate',
        doing: 'evaluation',
        level: 'debug',
        fields: { run: runId },
      } as const;
      const { scores, measured, baselines } = await observed(log, evaluation, async () => {
        const scores = await this.score(model, data, {
          ...{ runId, threads, runsDirectory },
          save: options.save !== false,
          test: options.evaluateTest !== false,
        });
        throwIfAborted(options.signal);
        const { metrics: measured, baselines } = await judge(model, data, scores, {
          ...{ seed, threads, runId, evaluation: options.evaluation, signal: options.signal },
          sequences: options.sequenceBaseline !== false && name !== MINIROCKET_INFO.name,
        });
        return { scores, measured, baselines };
      });
      const ledger = data.ledger.report(model);
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
          symbol: data.symbol,
          horizon: data.horizon,
          sequenceLength: data.seqLen,
          featureNames: data.featureNames,
          summary: data.summary(),
        },
        ...(qc && { qc }),
        leakage,
        ledger,
        training: metrics,
        evaluations: evaluationsOf(scores),
        metrics: measured,
        diagnostics: await diagnosticsOfSplits(data, scores),
        baselines,
        verdict: verdictOf(name, scores, baselines),
        featureImportance: importanceOf(model),
        warnings: [
          ...qualityWarnings(qc),
          ...metrics.warnings,
          ...leakage.findings.map((finding) => finding.message),
          ...testWarnings(ledger),
        ],
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
          : await observed(
              log,
              { span: 'holdfast.save', doing: 'saving', level: 'debug', fields: { run: runId } },
              () =>
                writeRun(runsDirectory, report, { model, preprocessing: options.preprocessing, ledger: data.ledger }),
            );
      for (const warning of report.warnings.slice(qualityWarnings(qc).length)) log.warn(warning, { run: runId });
      const trackingError = await logRun(tracked, {
        ...{ model, data, report, artifacts, logModel: this.options.logModel },
      });
      return {
        model,
        metrics,
        trainMetrics: scores.train.evaluation,
        validationMetrics: scores.validation.evaluation,
        testMetrics: scores.test?.evaluation,
        predictions: {
          validation: scores.validation.output,
          ...(scores.test && { test: scores.test.output }),
        },
        runId,
        artifacts,
        report,
        ...(trackingError && { trackingError }),
      };
    } catch (error) {
      await logFailure(tracked, error, this.options.logger);
      throw error;
    }
  }

  /**
   * Trains several models on the same splits and chooses the best by its score on validation rows that all of them predict; the test rows stay
   * untouched unless `finalTest` asks for the winner's one evaluation. A model that fails is kept with its error, and the others go on. The
   * ledger notes that the validation rows have chosen.
   *
   * @throws QCGateBlockedError - the quality report FAILED and there is no override
   * @throws InvalidInputError - an unknown name or metric, models of different tasks, a metric that is undefined on the validation rows
   * @throws ConfigError - an unknown option, variant or hyperparameter, before anything is trained
   * @throws DataLeakageError - as `trainModel`, or validation rows that have been evaluated
   * @throws TrainingFailedError - every model failed
   * @throws TrainingCancelledError - `signal` was aborted; runs that were done stay
   * @example
   * const { winner, table } = await new ModelTrainer().trainAll(container, { models: ['lightgbm', 'logistic', 'lstm'] });
   * console.log(table);
   */
  async trainAll(container: AnyContainer, options: TrainAllOptions = {}): Promise<ComparisonResult> {
    const settings = await this.settings();
    const comparisonId =
      options.comparisonId === undefined ? newRunId('comparison', container?.symbol) : checkRunId(options.comparisonId);
    return observed(
      this.log,
      {
        ...{ span: 'holdfast.compare', doing: 'comparison', fields: { comparison: comparisonId } },
        found: ({ results, failed, winner }) => ({
          ...{ models: results.length, failed: failed.length, winner: winner.label },
        }),
      },
      () =>
        trainAll(
          container,
          { ...options, comparisonId },
          {
            settings,
            runsDirectory: this.options.runsDirectory ?? settings.runsDirectory,
            guard: this.guard,
            log: this.log,
            train: (name, data, given) => this.trainModel(name, data, given),
            earlier: (name, data, run, given) => this.earlier(name, data, run, given),
          },
        ),
    );
  }

  /** What an earlier process of a comparison has trained and saved; it may have died before it told the tracker. Undefined where there is nothing whole. */
  private async earlier(
    name: string,
    container: AnyContainer,
    { runId, done }: KnownRun,
    { variant, threads = 1, preprocessing }: TrainModelOptions,
  ): Promise<TrainingResult | undefined> {
    const runsDirectory = this.options.runsDirectory ?? (await this.settings()).runsDirectory;
    const wanted = { runId, name, threads, preprocessing: preprocessing !== undefined };
    const saved = await savedResult(runsDirectory, container, wanted).catch((error: unknown) => {
      if (!(error instanceof ModelFormatError)) throw error;
      this.log.warn(`${error.message}: the model is trained again`, { run: runId });
    });
    if (!saved || done) return saved?.result;
    const { data, result } = saved;
    const { tracker, logModel } = this.options;
    const tags = tagsOf(container, variant);
    const tracked = await tracker?.startRun({ runId, model: name, params: {}, tags, resume: 'any' });
    if (tracked?.earlier === 'finished') return result;
    const { model, report, artifacts } = result;
    // Those that it began with are there.
    const params = tracked?.earlier ? {} : report.model.config;
    const trackingError = await Promise.resolve(tracked?.logParams?.(params)).then(
      () => logRun(tracked, { model, data, report, artifacts, logModel }, this.options.logger),
      (error: Error) => error,
    );
    return { ...result, ...(trackingError && { trackingError }) };
  }

  /** Train, validation and (once a run) test. */
  private async score(
    model: BaseModel,
    data: AnyContainer,
    run: { runId: string; threads: number; save: boolean; test: boolean; runsDirectory: string },
  ): Promise<SplitScores> {
    const { runId, threads } = run;
    const options = { threads, run: runId };
    const train = await evaluateModel(model, data.train, options);
    const validation = await evaluateModel(model, data.validation, options);
    if (!run.test) return { train, validation };
    // With artifacts, the record lies beside them, so that another process is held to it too.
    const guard = run.save ? new TestSetGuard({ directory: run.runsDirectory }) : this.guard;
    // A run that was killed after it had looked goes on, with the model that it had; one that is done does not look again.
    const unfinished = run.save && !existsSync(join(run.runsDirectory, runId, 'report.json'));
    const look = { runId, model: model.info.name, ...(unfinished && { checksum: await modelChecksum(model) }) };
    const test = await guard.evaluate(look, () => evaluateModel(model, data.test, options));
    return { train, validation, test };
  }

  private async settings(): Promise<ResolvedTrainingConfig> {
    const base = await loadTrainingConfig(this.options.configFile);
    return parseTrainingConfig({ ...base, ...this.options.config });
  }
}

/** Each further look at the test set makes the best of the looks a little too good. */
function testWarnings({ testEvaluations }: LedgerReport): string[] {
  if (testEvaluations < 2) return [];
  return [
    `These test rows have been evaluated ${testEvaluations} times. A choice between those runs by their test scores is biased: choose on validation, and let the holdout judge the choice.`,
  ];
}

function tagsOf(container: AnyContainer, variant: string | undefined): Record<string, string> {
  const { symbol, horizon } = container;
  return Object.fromEntries(
    Object.entries({ symbol, horizon, variant }).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, String(value)]],
    ),
  );
}

/** Importance, largest first; equal values in the order of the features. */
function importanceOf(model: BaseModel): TrainingReport['featureImportance'] {
  const importance = model.featureImportance();
  if (!importance) return undefined;
  const features = importance.names.map((name, j) => ({ name, value: importance.values[j] }));
  return { kind: importance.kind, features: features.sort((a, b) => b.value - a.value) };
}
