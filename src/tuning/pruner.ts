/** What ends unpromising trials early, by the values they report on their way. */
import type { HistoryView } from './history.js';
import type { Direction } from './trial-record.js';

/** What a pruner sees of the study. */
export interface PrunerContext {
  /** The trial's number. */
  readonly number: number;
  readonly direction: Direction;
  /** The step reported last. */
  readonly step: number;
  /** The trial's reported values by step. */
  readonly reports: ReadonlyMap<number, number>;
  readonly view: HistoryView;
  /** Of the study: what a pruner may use to spread trials over its brackets. */
  readonly studyName: string;
}

/** Decides which trials end early. `MedianPruner` is a good first choice; write your own by implementing `shouldPrune`. */
export interface Pruner {
  readonly name: string;
  /** Whether to end the trial; asked after a report. Must depend on the context alone. */
  shouldPrune(context: PrunerContext): boolean;
}
