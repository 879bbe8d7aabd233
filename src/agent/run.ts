/** One execution under way: what the steps read, and what each adds. */

import type { Logger } from '../core/logging.js';
import type { ProgressListener } from '../core/progress.js';
import type { RawTimeSeriesData } from '../data/container.js';
import type { Handoff, TrainedModel } from '../data/contracts.js';
import type { QCReport } from '../data/qc-finding.js';
import type { QCDecision } from '../data/qc-gate.js';
import type { AnyContainer } from '../evaluation/adapt.js';
import type { MetricsSettings } from '../evaluation/metrics-options.js';
import type { ValidationMetrics } from '../evaluation/validation-metrics.js';
import type { PreprocessingPipeline } from '../preprocessing/pipeline.js';
import type { SplitRegistry } from '../splits/registry.js';
import type { ModelStore, ModelVersion } from '../tracking/model-store/model-store.js';
import type { TrainingRunRepository } from '../tracking/repository/training-run-repository.js';
import type { LogModelOptions, TrackedRun, Tracker } from '../tracking/tracker.js';
import type { ModelTrainer } from '../training/trainer.js';
import type { TrainingResult } from '../training/training-result.js';
import type { SearchSpace } from '../tuning/space.js';
import type { Storage } from '../tuning/storage.js';
import type { AgentMemory } from './memory/agent-memory.js';
import type { AgentState, Candidate } from './state.js';

/** The agent's options, defaults filled in. */
export interface AgentSettings {
  readonly runsDirectory: string;
  readonly trials: number;
  readonly metric?: string;
  readonly seed: number;
  readonly threads: number;
  readonly workers: number;
  readonly trainer: ModelTrainer;
  readonly tracker?: Tracker;
  readonly logModel?: LogModelOptions;
  readonly repository?: TrainingRunRepository;
  readonly memory?: AgentMemory;
  readonly store?: ModelStore;
  readonly splits?: SplitRegistry;
  /** Of studies; default a journal file for each run. */
  readonly storage?: Storage;
  readonly evaluation?: MetricsSettings;
  readonly trainedBy?: string;
  readonly logger: Logger;
}

/** The run's row: there is no repository, it was begun or taken over, or an earlier process of the run has completed it. */
export type RunRowState = 'none' | 'begun' | 'completed';

/** What later steps need of a training. */
export type TrainedRun = Pick<TrainingResult, 'model' | 'metrics' | 'artifacts' | 'report'>;

/** What tuning came to. */
export interface TuningOutcome {
  readonly space: SearchSpace;
  readonly trials: number;
  readonly metric: string;
  readonly bestParams: Readonly<Record<string, unknown>>;
  readonly bestValue: number;
}

/** One execution under way, as its steps see it. */
export interface AgentRun {
  readonly state: AgentState;
  readonly candidate: Candidate;
  readonly runId: string;
  readonly seed: number;
  readonly settings: AgentSettings;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
  /** performance.now() at the start. */
  readonly since: number;
  /** Notes for the report of the run. */
  readonly warnings: string[];
  /** The run's row is there: begun with the run, so that the database starts while the model trains. */
  readonly row: Promise<RunRowState>;
  /** Why there is no row. */
  rowFailure?: unknown;

  qcReport?: QCReport;
  qc?: QCDecision;
  raw?: RawTimeSeriesData;
  splitId?: string;
  container?: AnyContainer;
  pipeline?: PreprocessingPipeline;
  /** In the tracker, once something was logged. */
  tracked?: TrackedRun;
  /** The tracker has it whole. */
  logged?: boolean;
  /** An earlier process has trained it. */
  resumed?: boolean;
  tuning?: TuningOutcome;
  result?: TrainedRun;
  metrics?: ValidationMetrics;
  version?: ModelVersion;
  trainedModel?: TrainedModel;
  handoff?: Handoff;
}

/** What a step did, in words; undefined fields of the run stay as they are. */
export interface StepOutcome {
  readonly text: string;
  readonly skipped?: boolean;
}

/** One step of an execution. */
export type Step = (run: AgentRun) => Promise<StepOutcome>;

export const skipped = (text: string): StepOutcome => ({ text, skipped: true });
