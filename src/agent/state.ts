/** What an agent is given and what it gives back. */
import type { Table } from '../core/table.js';
import type { RawTimeSeriesData, TimeSeriesDataContainer } from '../data/container.js';
import type { ContainerX } from '../data/container-splits.js';
import type { Handoff, TrainedModel } from '../data/contracts.js';
import type { FromTableOptions } from '../data/from-table.js';
import type { QCReport } from '../data/qc-finding.js';
import type { QCDecision, QCOverride } from '../data/qc-gate.js';
import type { ValidationMetrics } from '../evaluation/validation-metrics.js';
import type { PreprocessingOptions } from '../preprocessing/options.js';
import type { PreprocessingPipeline } from '../preprocessing/pipeline.js';
import type { SearchSpace } from '../tuning/space.js';

/** A model to be tried: a registered name, its settings, and what tuning may vary. */
export interface Candidate {
  readonly name: string;
  readonly variant?: string;
  /** Hyperparameters that tuning leaves as they are. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Default: `defaultSpace(name)` without the hyperparameters in `config`. */
  readonly space?: SearchSpace;
  /** Default: the agent's. */
  readonly seed?: number;
}

/** Data that an agent takes: rows of a table, splits of raw columns, or splits ready for training. */
export type AgentData = Table | RawTimeSeriesData | TimeSeriesDataContainer<ContainerX>;

/** In: the first group; out: the same with the rest. */
export interface AgentState {
  readonly modelCandidate: Candidate;
  readonly experimentId: string;
  /** A table (with `split`, or with the `splitId` of a stored split), raw splits, or a container. */
  readonly data: AgentData;
  /** How a table is split in time. */
  readonly split?: FromTableOptions;
  /** A split of this table that the agent's split registry holds. */
  readonly splitId?: string;
  /** Default: made from the data, where its columns are there. */
  readonly qcReport?: QCReport;
  /** Lets data through that failed; recorded. */
  readonly qcOverride?: QCOverride;
  /** For raw splits: a pipeline to be fitted, or its options. Default: medians for missing numbers, standard scaling, one-hot. */
  readonly preprocessing?: PreprocessingPipeline | PreprocessingOptions;
  /** Default: a new one. The id of a run whose process died goes on with it. */
  readonly runId?: string;

  readonly status?: 'completed' | 'failed';
  /** Steps in the order they were made, with what came of each. */
  readonly steps?: readonly StepRecord[];
  readonly qc?: QCDecision;
  readonly trainedModel?: TrainedModel;
  readonly validationMetrics?: ValidationMetrics;
  readonly handoff?: Handoff;
  /** The run's directory, absolute. */
  readonly runDirectory?: string;
  readonly failure?: { readonly step: string; readonly code: string; readonly message: string };
}

/** Names of the steps, in their order. */
export const STEPS = [
  'qcGate',
  'loadSplits',
  'preprocess',
  'tune',
  'train',
  'evaluate',
  'log',
  'store',
  'persist',
  'remember',
] as const;
/** Name of a step. */
export type StepName = (typeof STEPS)[number];

/** What a step did. */
export interface StepRecord {
  readonly name: StepName;
  readonly status: 'completed' | 'skipped' | 'failed';
  readonly seconds: number;
  /** What it came to, or why it was skipped, in words. */
  readonly text: string;
}
