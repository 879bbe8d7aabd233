/** What a comparison gives: the winner, ready for use, and everything the choice rests on. */
import type { BaseModel } from '../model/base-model.js';
import type { ComparisonReport, FailedModel } from '../report/model-comparison.js';
import type { ComparisonArtifacts } from './artifacts.js';
import type { TrainingResult } from './training-result.js';

/** A trained model of a comparison. */
export interface ComparisonEntry extends TrainingResult {
  readonly label: string;
}

/** What a comparison of models found, and the fitted winner. */
export interface ComparisonResult {
  readonly comparisonId: string;
  readonly winner: ComparisonEntry;
  /** The winner's model. */
  readonly model: BaseModel;
  /** Best first. */
  readonly results: readonly ComparisonEntry[];
  readonly failed: readonly FailedModel[];
  /** As plain data. */
  readonly report: ComparisonReport;
  /** As text: columns aligned, best first, with the verdict below. */
  readonly table: string;
  /** Absolute paths; absent where nothing was saved. */
  readonly artifacts?: ComparisonArtifacts;
}
