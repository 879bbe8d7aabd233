/** The parameters that every trial has had: what samplers that need a fixed space work in. */
import type { Distribution } from '../distribution.js';
import { isSingle } from '../distribution.js';
import type { HistoryView } from '../history.js';
import type { TrialRecord } from '../trial-record.js';

export interface CommonSpace {
  readonly names: readonly string[];
  readonly distributions: readonly Distribution[];
  /** Trials with a value, by number. */
  readonly trials: readonly TrialRecord[];
}

/** Names in the order of the first trial; parameters with one value only are left out. Undefined while there is nothing to go by. */
export function commonSpace(view: HistoryView): CommonSpace | undefined {
  const trials = view.finished.filter(({ state }) => state === 'complete');
  if (trials.length === 0) return undefined;
  const latest = trials[trials.length - 1];
  const names = Object.keys(trials[0].params).filter(
    (name) => trials.every(({ params }) => Object.hasOwn(params, name)) && !isSingle(latest.distributions[name]),
  );
  if (names.length === 0) return undefined;
  return { names, distributions: names.map((name) => latest.distributions[name]), trials };
}
