/**
 * `ModelTrainerAgent`: a candidate model and data through the whole disciplined run, from the quality gate to the handoff, as a service does it.
 */
import { throwIfAborted } from '../core/abort.js';
import { ConfigError, HoldfastError } from '../core/errors.js';
import type { ProgressListener } from '../core/progress.js';
import { inSpan } from '../core/spans.js';
import { messageOf } from '../core/text.js';
import { modelCandidateContract } from '../data/contracts.js';
import { ModelRegistry } from '../model/registry.js';
import { storableKey } from '../tracking/repository/documents.js';
import { checkRunId, newRunId } from '../training/run-names.js';
import { checkData } from './check-data.js';
import { handOff } from './hand-off.js';
import { type AgentOptions, checkOptions, settle } from './options.js';
import { runDirectoryOf } from './parts.js';
import type { AgentRun, AgentSettings, Step } from './run.js';
import { beginRow, failRow } from './run-row.js';
import { type AgentState, STEPS, type StepName, type StepRecord } from './state.js';
import { evaluate } from './steps/evaluate.js';
import { loadSplits } from './steps/load-splits.js';
import { log } from './steps/log.js';
import { persist } from './steps/persist.js';
import { preprocess } from './steps/preprocess.js';
import { qcGate } from './steps/qc-gate.js';
import { remember } from './steps/remember.js';
import { store } from './steps/store.js';
import { train } from './steps/train.js';
import { tune } from './steps/tune.js';
import { failTracked } from './tracked-run.js';

/** Cancelling, progress, and what to do where a step fails. */
export interface ExecuteOptions {
  readonly signal?: AbortSignal;
  /** Phase 'agent' counts the steps; the steps' own phases come between. */
  readonly onProgress?: ProgressListener;
  /** What to do where a step fails: throw its error (with `details.state`), or return the state with `failure`. Default 'throw'. */
  readonly onFailure?: 'throw' | 'return';
}

/** The steps as they are, by name. */
export const agentSteps: Readonly<Record<StepName, Step>> = {
  qcGate,
  loadSplits,
  preprocess,
  tune,
  train,
  evaluate,
  log,
  store,
  persist,
  remember,
};

/**
 * @example
 * const agent = new ModelTrainerAgent({ runsDirectory: 'experiments/runs', trials: 50 });
 * const { trainedModel, validationMetrics } = await agent.execute({
 *   modelCandidate: { name: 'lightgbm' }, experimentId: 'es-trend', data: table, split: { label: 'target', time: 'timestamp', horizon: 20 },
 * });
 */
export class ModelTrainerAgent {
  private readonly steps: Readonly<Record<StepName, Step>>;

  /** @throws ConfigError - an unknown option or step, or one out of range */
  constructor(private readonly options: AgentOptions = {}) {
    checkOptions(options);
    this.steps = { ...agentSteps, ...options.steps };
  }

  /**
   * Gate, splits, preprocessing, tuning, final training, evaluation (of the test set once), log, store, persistence, memory: in this order. The
   * state given is not changed. A step that fails ends the run as failed, in the repository too, and leaves no half-written artifact.
   *
   * With the id of a run whose process died, what that process finished is not done again; a test set that it had looked at is open to the very same model only.
   *
   * @throws ConfigError | InvalidInputError - a state that cannot be run: an unknown model, an unusable id
   * @throws QCGateBlockedError | DataLeakageError | SplitRatioViolationError | HyperparameterTuningError | TrainingFailedError |
   * TrainingCancelledError | TestSetReuseError | DatabaseError - as the step says that failed
   */
  async execute(state: AgentState, options: ExecuteOptions = {}): Promise<AgentState> {
    throwIfAborted(options.signal, 'The run');
    const { settings, own } = await settle(this.options);
    try {
      const run = await begin(state, settings, options);
      const attributes = { 'holdfast.run': run.runId, 'holdfast.model': run.candidate.name };
      return await inSpan('holdfast.agent', attributes, () => this.walk(run, options));
    } finally {
      for (const one of own) await one.close().catch(() => {});
    }
  }

  private async walk(run: AgentRun, { onFailure = 'throw' }: ExecuteOptions): Promise<AgentState> {
    const records: StepRecord[] = [];
    for (const [index, name] of STEPS.entries()) {
      run.onProgress?.({ phase: 'agent', step: index, total: STEPS.length, message: name });
      const since = performance.now();
      const seconds = () => Math.round(performance.now() - since) / 1000;
      try {
        throwIfAborted(run.signal, 'The run');
        if (run.rowFailure) throw run.rowFailure;
        const attributes = { 'holdfast.run': run.runId, 'holdfast.model': run.candidate.name };
        const { text, skipped } = await inSpan(`holdfast.agent.${name}`, attributes, () => this.steps[name](run));
        records.push({ name, status: skipped ? 'skipped' : 'completed', seconds: seconds(), text });
        run.settings.logger.info(`${name}: ${text}`, { runId: run.runId, step: name, seconds: seconds() });
      } catch (error) {
        records.push({ name, status: 'failed', seconds: seconds(), text: messageOf(error) });
        return fail(run, name, error, records, onFailure);
      }
    }
    run.onProgress?.({ phase: 'agent', step: STEPS.length, total: STEPS.length });
    try {
      return { ...outcome(run, records), status: 'completed', handoff: await handOff(run) };
    } catch (error) {
      return fail(run, 'remember', error, records, onFailure);
    }
  }
}

async function begin(state: AgentState, settings: AgentSettings, options: ExecuteOptions): Promise<AgentRun> {
  if (state === null || typeof state !== 'object') {
    throw new ConfigError('execute needs a state', { hint: 'execute({ modelCandidate, experimentId, data, split })' });
  }
  const { experimentId, modelCandidate } = state;
  if (typeof experimentId !== 'string' || experimentId === '') {
    throw new ConfigError('The state needs an experimentId', { hint: "Such as 'es-trend'." });
  }
  storableKey(experimentId, 'experimentId');
  modelCandidateContract.parse(modelCandidate, 'modelCandidate');
  // Unknown names fail here, before anything is begun.
  await ModelRegistry.get(modelCandidate.name);
  checkData(state.data);
  const symbol = 'symbol' in state.data ? state.data.symbol : state.split?.symbol;
  const runId = state.runId === undefined ? newRunId(modelCandidate.name, symbol) : checkRunId(state.runId);
  const base = {
    ...{ state, settings, runId, candidate: modelCandidate, seed: modelCandidate.seed ?? settings.seed },
    ...{ since: performance.now(), warnings: [] },
    ...(options.signal && { signal: options.signal }),
    ...(options.onProgress && { onProgress: options.onProgress }),
  };
  const run: AgentRun = { ...base, row: beginRow(base) };
  run.row.catch((error: unknown) => {
    run.rowFailure = error;
  });
  settings.logger.info('run begins', { runId, model: modelCandidate.name, experimentId });
  return run;
}

function outcome(run: AgentRun, steps: readonly StepRecord[]): AgentState {
  const { state, runId, qcReport, qc, splitId, trainedModel, metrics } = run;
  return {
    ...state,
    ...{ runId, steps },
    ...(qcReport && { qcReport }),
    ...(qc && { qc }),
    ...(splitId !== undefined && { splitId }),
    ...(trainedModel && { trainedModel }),
    ...(metrics && { validationMetrics: metrics }),
    ...(run.result?.artifacts && { runDirectory: runDirectoryOf(run) }),
  };
}

async function fail(
  run: AgentRun,
  step: StepName,
  error: unknown,
  steps: readonly StepRecord[],
  onFailure: 'throw' | 'return',
): Promise<AgentState> {
  const message = messageOf(error);
  const code = error instanceof HoldfastError ? error.code : 'UNKNOWN';
  run.settings.logger.error(`${step} failed: ${message}`, { runId: run.runId, step, code });
  await failRow(run, `${step}: ${message}`);
  await failTracked(run, error);
  const failed: AgentState = { ...outcome(run, steps), status: 'failed', failure: { step, code, message } };
  if (onFailure === 'return') return failed;
  if (error instanceof HoldfastError) Object.assign(error.details, { runId: run.runId, step, state: failed });
  throw error;
}
