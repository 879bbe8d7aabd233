/**
 * Probability of backtest overfitting by combinatorially symmetric cross-validation (CSCV): how often the candidate that is best on one half
 * of the time is below the median on the other half.
 * D. H. Bailey, J. M. Borwein, M. López de Prado and Q. J. Zhu, "The Probability of Backtest Overfitting", Journal of Computational Finance
 * 20 (2017; preprint 2015).
 */
import { throwIfAborted } from '../core/abort.js';
import { ConfigError, InvalidInputError } from '../core/errors.js';
import { log } from '../core/math.js';
import { Turns } from '../core/turns.js';
import { mean } from '../metrics/sums.js';
import { combinations } from '../splits/combinatorial-purged-k-fold.js';
import { partStart } from '../splits/splitter.js';

/** What a candidate is judged by: a name, or any function of its values; larger is better and 0 is no skill. */
export type Statistic = 'sharpe' | 'mean' | ((values: Float64Array) => number);

/** How time is cut, and what candidates are judged by. */
export interface BacktestOverfittingOptions {
  /** Parts that time is cut into: even, 2 to 20; C(blocks, blocks / 2) choices of halves. Default 16. */
  blocks?: number;
  /** Default `'sharpe'`. */
  statistic?: Statistic;
  signal?: AbortSignal;
}

/** How often the candidate that is best on one half of time is not on the other (Bailey, Borwein, López de Prado and Zhu, 2017). */
export interface BacktestOverfitting {
  /** Share of the choices in which the best candidate in sample is at or below the median out of sample. */
  readonly probability: number;
  /** One a choice: log(w / (1 - w)), w the relative rank out of sample of the best in sample; 0 or less counts as overfitted. */
  readonly logits: Float64Array;
  /** The best candidate in sample, of each choice; of equal ones the first. */
  readonly selected: Uint32Array;
  /** Its statistic in sample and out of sample, of each choice. */
  readonly inSample: Float64Array;
  readonly outOfSample: Float64Array;
  /** Least squares of `outOfSample` on `inSample`; a negative slope means that better backtests do worse later. NaN where nothing varies. */
  readonly degradation: { readonly slope: number; readonly intercept: number };
  /** Share of the choices in which the best in sample loses (below 0) out of sample. */
  readonly probabilityOfLoss: number;
}

const WHAT = 'probabilityOfBacktestOverfitting';

/**
 * @param series - one a candidate: (n,) performance in time order (returns, or a score of each row), all of one length
 * @throws InvalidInputError - fewer than two candidates, lengths that differ, values that are not finite, or fewer rows than two a block
 * @throws ConfigError - a number of blocks that is odd or out of range
 * @throws TrainingCancelledError - `signal` was aborted
 *
 * @example
 * const { probability } = await probabilityOfBacktestOverfitting([returnsOfA, returnsOfB, returnsOfC], { blocks: 16 });
 */
export async function probabilityOfBacktestOverfitting(
  series: readonly ArrayLike<number>[],
  options: BacktestOverfittingOptions = {},
): Promise<BacktestOverfitting> {
  const { blocks = 16, statistic = 'sharpe', signal } = options;
  const values = checkedSeries(series, blocks);
  const judge = judgeOf(values, blocks, statistic);
  const all = Array.from({ length: blocks }, (_, b) => b);
  const logits: number[] = [];
  const selected: number[] = [];
  const inSample: number[] = [];
  const outOfSample: number[] = [];
  const turns = new Turns();
  for (const half of combinations(blocks, blocks / 2)) {
    if (logits.length % 64 === 0) {
      await turns.pause();
      throwIfAborted(signal, 'The probability of overfitting');
    }
    const before = judge(half);
    const after = judge(all.filter((b) => !half.includes(b)));
    const best = before.indexOf(before.reduce((a, b) => Math.max(a, b)));
    const w = rankOf(after, best) / (values.length + 1);
    logits.push(log(w / (1 - w)));
    selected.push(best);
    inSample.push(before[best]);
    outOfSample.push(after[best]);
  }
  const share = (of: readonly number[], holds: (value: number) => boolean): number =>
    of.filter(holds).length / of.length;
  return {
    probability: share(logits, (logit) => logit <= 0),
    logits: Float64Array.from(logits),
    selected: Uint32Array.from(selected),
    inSample: Float64Array.from(inSample),
    outOfSample: Float64Array.from(outOfSample),
    degradation: leastSquares(inSample, outOfSample),
    probabilityOfLoss: share(outOfSample, (value) => value < 0),
  };
}

function checkedSeries(series: readonly ArrayLike<number>[], blocks: number): Float64Array[] {
  if (!Number.isInteger(blocks) || blocks < 2 || blocks > 20 || blocks % 2 === 1) {
    throw new ConfigError(`${WHAT}: blocks is ${blocks}`, { hint: 'An even number from 2 to 20.' });
  }
  if (!Array.isArray(series) || series.length < 2) {
    throw new InvalidInputError(`${WHAT}: there are not two candidates to choose from`, {
      hint: 'Pass one series a candidate.',
    });
  }
  const rows = series[0].length;
  for (const [c, values] of series.entries()) {
    if (values.length !== rows) {
      throw new InvalidInputError(`${WHAT}: series ${c} has ${values.length} values, series 0 has ${rows}`, {
        hint: 'All candidates are judged on the same rows.',
      });
    }
    for (let i = 0; i < rows; i++) {
      if (!Number.isFinite(values[i])) {
        throw new InvalidInputError(`${WHAT}: series ${c} holds ${values[i]} at ${i}`, {
          hint: 'Pass finite numbers.',
        });
      }
    }
  }
  if (rows < 2 * blocks) {
    throw new InvalidInputError(`${WHAT}: ${rows} rows are too few for ${blocks} blocks`, {
      hint: 'At least two rows a block.',
    });
  }
  return series.map((values) => Float64Array.from(values));
}

/** The statistic of every candidate on some of the blocks. */
function judgeOf(
  series: readonly Float64Array[],
  blocks: number,
  statistic: Statistic,
): (chosen: readonly number[]) => number[] {
  const rows = series[0].length;
  const start = (b: number): number => partStart(rows, blocks, b);
  if (typeof statistic === 'function') {
    return (chosen) =>
      series.map((values) =>
        statistic(Float64Array.from(chosen.flatMap((b) => [...values.subarray(start(b), start(b + 1))]))),
      );
  }
  if (statistic !== 'sharpe' && statistic !== 'mean') {
    throw new ConfigError(`${WHAT}: statistic is '${String(statistic)}'`, {
      hint: "'sharpe', 'mean', or a function of values.",
    });
  }
  // Sums of a block, around the candidate's mean so that the variance keeps its digits, are all that the halves need.
  const sums = series.map((values) => {
    const centre = mean(values);
    return Array.from({ length: blocks }, (_, b) => {
      let [s, q] = [0, 0];
      for (let i = start(b); i < start(b + 1); i++) {
        s += values[i] - centre;
        q += (values[i] - centre) ** 2;
      }
      return { n: start(b + 1) - start(b), s, q, centre };
    });
  });
  return (chosen) =>
    sums.map((own) => {
      let [n, s, q] = [0, 0, 0];
      for (const b of chosen) {
        n += own[b].n;
        s += own[b].s;
        q += own[b].q;
      }
      const average = own[0].centre + s / n;
      return statistic === 'mean' ? average : ratio(average, Math.sqrt(Math.max(0, q - (s * s) / n) / (n - 1)));
    });
}

/** Sharpe ratio; nothing gained without risk is 0. */
const ratio = (average: number, deviation: number): number => (average === 0 ? 0 : average / deviation);

/** Rank from 1 (worst) of one of the values; equal values share their mean rank. */
function rankOf(values: readonly number[], index: number): number {
  let below = 0;
  let equal = 0;
  for (const value of values) {
    if (value < values[index]) below++;
    else if (value === values[index]) equal++;
  }
  return below + (equal + 1) / 2;
}

function leastSquares(x: readonly number[], y: readonly number[]): { slope: number; intercept: number } {
  const [mx, my] = [mean(x), mean(y)];
  let [xy, xx] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    xy += (x[i] - mx) * (y[i] - my);
    xx += (x[i] - mx) ** 2;
  }
  const slope = xx > 0 ? xy / xx : Number.NaN;
  return { slope, intercept: my - slope * mx };
}
