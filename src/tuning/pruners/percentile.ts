/** Ends a trial whose best report so far is worse than a percentile of the others' at the same step (as Vizier's median rule; Golovin et al., 2017). */
import { ConfigError } from '../../core/errors.js';
import type { Pruner, PrunerContext } from '../pruner.js';

/** When `PercentilePruner` and `MedianPruner` begin to judge. */
export interface PercentileOptions {
  /** No trial is ended before so many are complete. Default 5. */
  readonly startupTrials?: number;
  /** No trial is ended before this step. Default 0. */
  readonly warmupSteps?: number;
  /** Steps between two decisions. Default 1. */
  readonly interval?: number;
  /** No trial is ended while fewer others reported at a step. Default 1. */
  readonly minTrials?: number;
}

/** Ends a trial whose best report so far is worse than a percentile of the others' at the same step (Golovin et al., 2017). */
export class PercentilePruner implements Pruner {
  readonly name: string = 'percentile';
  private readonly options: Required<PercentileOptions>;

  /** @param percentile - trials that are in this best part go on, 0 .. 100. @throws ConfigError - an option out of its range */
  constructor(
    private readonly percentile: number,
    options: PercentileOptions = {},
  ) {
    if (!(percentile >= 0 && percentile <= 100)) {
      throw new ConfigError(`PercentilePruner: percentile ${percentile} is not within 0 .. 100`, {
        hint: 'The median is 50.',
      });
    }
    this.options = { startupTrials: 5, warmupSteps: 0, interval: 1, minTrials: 1, ...options };
    checkCounts(
      'PercentilePruner',
      { ...this.options },
      { startupTrials: 0, warmupSteps: 0, interval: 1, minTrials: 1 },
    );
  }

  shouldPrune(context: PrunerContext): boolean {
    const { startupTrials, warmupSteps, interval, minTrials } = this.options;
    const { step, reports, view, direction } = context;
    const complete = view.finished.filter(({ state }) => state === 'complete');
    if (complete.length === 0 || complete.length < startupTrials || step < warmupSteps) return false;
    if (!isTurn(step, warmupSteps, interval, reports)) return false;
    const sign = direction === 'maximize' ? -1 : 1;
    let best = Number.NaN;
    for (const value of reports.values()) if (!(best <= sign * value) && !Number.isNaN(value)) best = sign * value;
    // Nothing but NaN so far.
    if (Number.isNaN(best)) return true;
    const others: number[] = [];
    for (const { intermediateValues } of complete) {
      const value = intermediateValues.get(step);
      if (value !== undefined && !Number.isNaN(value)) others.push(sign * value);
    }
    if (others.length < minTrials || others.length === 0) return false;
    return best > percentileOf(others, this.percentile);
  }
}

/** Ends a trial whose best report so far is worse than the median of the others' at the same step. */
export class MedianPruner extends PercentilePruner {
  override readonly name = 'median';

  constructor(options: PercentileOptions = {}) {
    super(50, options);
  }
}

/** Whether this is the first report in a stretch of `interval` steps. */
function isTurn(step: number, warmup: number, interval: number, reports: ReadonlyMap<number, number>): boolean {
  const start = warmup + Math.floor((step - warmup) / interval) * interval;
  for (const other of reports.keys()) if (other !== step && other >= start && other < step) return false;
  return true;
}

/** Between the neighbouring values in order, as numpy's `percentile`. */
function percentileOf(values: number[], percentile: number): number {
  values.sort((a, b) => a - b);
  const place = (percentile / 100) * (values.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, values.length - 1);
  return values[below] + (place - below) * (values[above] - values[below]);
}

/** @throws ConfigError - an option that is no whole number or below its least value */
export function checkCounts(
  what: string,
  options: Readonly<Record<string, unknown>>,
  least: Readonly<Record<string, number>>,
): void {
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(least, name)) {
      throw new ConfigError(`${what}: unknown option '${name}'`, {
        hint: `Valid options: ${Object.keys(least).join(', ')}.`,
      });
    }
    if (Number.isInteger(value) && Number(value) >= least[name]) continue;
    throw new ConfigError(`${what}: ${name} must be a whole number of at least ${least[name]}, got ${String(value)}`, {
      hint: 'Leave it out for its default.',
    });
  }
}
