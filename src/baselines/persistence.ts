/**
 * The persistence baseline: tomorrow is like the last thing we know. For a row at time t it repeats the label that became known
 * last, at or before t. A label is known from its `labelEnds` on, never earlier, and a row's own label is never used for it.
 *
 * Labels of the evaluated split count too once they are known, as they would in live use, where yesterday's outcome is at hand
 * today: on a test split the baseline moves along with the test rows but never sees an outcome that is still open at t.
 */
import { InvalidInputError } from '../core/errors.js';
import { Matrix } from '../core/matrix.js';
import { assertRole, type Split, type SplitRole } from '../core/split.js';
import { encodeLabels } from '../model/label-encoder.js';
import type { PredictionOutput, Task } from '../model/types.js';
import { type Baseline, requireFitted } from './baseline.js';
import { likeliest, type Prior, priorOf } from './prior.js';

type AnySplit = Split<SplitRole, unknown>;
type TimedSplit = AnySplit & { readonly times: Float64Array; readonly labelEnds: Float64Array };

interface Fitted {
  readonly train: TimedSplit;
  readonly prior: Prior;
  /** (classes, classes) share of each label among training rows whose last known label is the row's class. */
  readonly transitions: Float64Array;
}

/**
 * Repeats the label that became known last; before any is known, the prior. With `groups`, only labels of the same group count.
 * Probabilities are the shares of each label after the repeated one in training (smoothed by one row of the prior), so that a log-loss
 * can be taken; `predictions` are always the repeated label, also where another is likelier.
 *
 * Of labels that became known at the same moment the one with the later `times` is taken, then the one of the later row.
 *
 * @example
 * new PersistenceBaseline().fit(container.train).predict(container.test, [container.validation]).predictions;
 */
export class PersistenceBaseline implements Baseline {
  readonly name = 'persistence';
  private fitted: Fitted | undefined;

  constructor(readonly task: Task = 'classification') {}

  /** Whether the split says when rows are and when their labels are known, which this baseline needs. */
  static applies(split: AnySplit): split is TimedSplit {
    return split.times !== undefined && split.labelEnds !== undefined;
  }

  /** @throws InvalidInputError - a split without `times` or `labelEnds`, or with lengths that differ */
  fit(train: Split<'train', unknown>): this {
    assertRole(train, ['train'], 'Fitting a baseline');
    const timed = requireTimes(train);
    const prior = priorOf(train.y, train.weights, this.task);
    this.fitted = { train: timed, prior, transitions: countTransitions(timed, prior) };
    return this;
  }

  /**
   * @param earlier - other splits whose labels may be known by then, such as validation before test
   * @throws InvalidInputError - a split without `times` or `labelEnds`, or with lengths that differ
   */
  predict(split: AnySplit, earlier: readonly AnySplit[] = []): PredictionOutput {
    const { train, prior, transitions } = requireFitted(this.fitted, this.name);
    const own = requireTimes(split);
    const history = [train, ...earlier.map(requireTimes)].filter((other) => other !== split);
    const last = lastKnown(own, history);
    const fallback = this.task === 'regression' ? prior.mean : prior.classes[likeliest(prior.shares)];
    const predictions = Float32Array.from(last, (label) => (Number.isNaN(label) ? fallback : label));
    if (this.task === 'regression') return { predictions, classes: [] };
    const probabilities = this.probabilities(last, prior, transitions);
    const confidence = Float32Array.from(predictions, (_, i) => Math.max(...probabilities.row(i)));
    return { predictions, probabilities, confidence, classes: [...prior.classes] };
  }

  private probabilities(last: Float64Array, { classes, shares }: Prior, transitions: Float64Array): Matrix {
    const k = classes.length;
    const index = new Map(classes.map((label, at) => [label, at]));
    const out = Matrix.zeros(last.length, k);
    for (let i = 0; i < last.length; i++) {
      // A label that training never saw says nothing about what follows it.
      const at = index.get(last[i] + 0);
      out.data.set(at === undefined ? shares : transitions.subarray(at * k, (at + 1) * k), i * k);
    }
    return out;
  }
}

/** Weighted counts of label after last known label in training, plus one row of the prior, as shares. */
function countTransitions(train: TimedSplit, { classes, shares }: Prior): Float64Array {
  const k = classes.length;
  const counts = new Float64Array(k * k);
  if (k === 0) return counts;
  const label = encodeLabels(train.y, classes, 'Baseline');
  const index = new Map(classes.map((value, at) => [value, at]));
  lastKnown(train, []).forEach((value, i) => {
    const from = index.get(value + 0);
    if (from !== undefined) counts[from * k + label[i]] += train.weights ? train.weights[i] : 1;
  });
  for (let from = 0; from < k; from++) {
    let total = 1;
    for (let to = 0; to < k; to++) total += counts[from * k + to];
    for (let to = 0; to < k; to++) counts[from * k + to] = (counts[from * k + to] + shares[to]) / total;
  }
  return counts;
}

/** A label and when it became known. */
interface Outcome {
  readonly known: number;
  readonly time: number;
  readonly label: number;
  readonly group: string | number | undefined;
  /** Row of the evaluated split, or -1. */
  readonly row: number;
}

/** (n,) the label that became known last at or before each row's time; NaN where none is. One pass in order of time. */
function lastKnown(split: TimedSplit, history: readonly TimedSplit[]): Float64Array {
  // Array.sort is stable: outcomes alike in both times stay in the order of their splits and rows.
  const outcomes = [...history.flatMap((other) => outcomesOf(other, false)), ...outcomesOf(split, true)].sort(
    (a, b) => a.known - b.known || a.time - b.time,
  );
  const rows = Array.from(split.times, (_, i) => i).sort((a, b) => split.times[a] - split.times[b] || a - b);
  const result = new Float64Array(split.times.length).fill(Number.NaN);
  // The last two of each group: the last may be the row itself, when its label is known at once.
  const latest = new Map<string | number | undefined, [Outcome, Outcome | undefined]>();
  let next = 0;
  for (const i of rows) {
    for (; next < outcomes.length && outcomes[next].known <= split.times[i]; next++) {
      const { group } = outcomes[next];
      latest.set(group, [outcomes[next], latest.get(group)?.[0]]);
    }
    const pair = latest.get(split.groups?.[i]);
    const outcome = pair?.[0].row === i ? pair[1] : pair?.[0];
    if (outcome) result[i] = outcome.label;
  }
  return result;
}

function outcomesOf(split: TimedSplit, own: boolean): Outcome[] {
  const outcomes: Outcome[] = [];
  for (let i = 0; i < split.y.length; i++) {
    const known = split.labelEnds[i];
    // A label without an end is never known.
    if (Number.isNaN(known)) continue;
    outcomes.push({ known, time: split.times[i], label: split.y[i], group: split.groups?.[i], row: own ? i : -1 });
  }
  return outcomes;
}

function requireTimes(split: AnySplit): TimedSplit {
  if (!PersistenceBaseline.applies(split)) {
    throw new InvalidInputError(
      `The persistence baseline needs times and labelEnds; the ${split.role} split has none`,
      {
        hint: 'Give the time column and the label end (or a horizon) when the data is split, or compare with the prior baseline.',
      },
    );
  }
  const n = split.y.length;
  for (const [name, values] of Object.entries({
    times: split.times,
    labelEnds: split.labelEnds,
    groups: split.groups,
  })) {
    if (values !== undefined && values.length !== n) {
      throw new InvalidInputError(`The ${split.role} split has ${values.length} ${name} for ${n} rows`, {
        hint: 'All arrays of a split must have one value for each row.',
      });
    }
  }
  const row = split.times.findIndex((time) => Number.isNaN(time));
  if (row >= 0) {
    throw new InvalidInputError(`Row ${row} of the ${split.role} split has no time`, {
      hint: 'Drop rows without a timestamp.',
      details: { row },
    });
  }
  return split;
}
