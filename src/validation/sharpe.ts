/** Sharpe ratios, and how sure one can be of the best of many: all per observation, never annualised. */
import { ConfigError, InvalidInputError } from '../core/errors.js';
import { erfc } from '../core/math.js';
import { mean, sum } from '../metrics/sums.js';
import { inverseNormal } from '../preprocessing/normal.js';

const EULER_MASCHERONI = 0.5772156649015329;

/** erfc is of numbers from 0 up. */
const normalCdf = (z: number): number => (z > 0 ? 1 - 0.5 * erfc(z / Math.SQRT2) : 0.5 * erfc(-z / Math.SQRT2));

/** What the confidence in a Sharpe ratio depends on. */
export interface ReturnMoments {
  readonly observations: number;
  /** Mean divided by standard deviation (of the sample: n - 1), per observation. */
  readonly sharpe: number;
  /** Third standardised moment; 0 for normal returns. */
  readonly skewness: number;
  /** Fourth standardised moment, not the excess: 3 for normal returns. */
  readonly kurtosis: number;
}

/**
 * Moments of returns (or of any performance where 0 is no skill).
 *
 * @param returns - (n,) at least two, in any unit
 * @throws InvalidInputError - fewer than two, values that are not finite, or all equal
 */
export function returnMoments(returns: ArrayLike<number>): ReturnMoments {
  const n = returns.length;
  const values = Float64Array.from(returns);
  if (n < 2 || !values.every(Number.isFinite)) {
    throw new InvalidInputError(`returnMoments: ${n < 2 ? `${n} returns are too few` : 'a return is not finite'}`, {
      hint: 'Pass at least two finite returns.',
    });
  }
  const average = mean(values);
  const squares = values.map((v) => (v - average) * (v - average));
  const variance = mean(squares);
  if (!(variance > 0)) {
    throw new InvalidInputError('returnMoments: all returns are equal', {
      hint: 'Without variance there is no Sharpe ratio.',
    });
  }
  return {
    observations: n,
    sharpe: average / Math.sqrt((variance * n) / (n - 1)),
    skewness: mean(squares.map((square, i) => square * (values[i] - average))) / (variance * Math.sqrt(variance)),
    kurtosis: mean(squares.map((square) => square * square)) / (variance * variance),
  };
}

/** Mean divided by the sample's standard deviation, per observation. See `returnMoments`. */
export function sharpeRatio(returns: ArrayLike<number>): number {
  return returnMoments(returns).sharpe;
}

/**
 * Probability that the true Sharpe ratio is above `benchmark`, given the length and shape of the returns.
 * D. H. Bailey and M. López de Prado, "The Sharpe Ratio Efficient Frontier", Journal of Risk 15 (2012).
 *
 * @throws InvalidInputError - moments that no returns have
 */
export function probabilisticSharpeRatio(moments: ReturnMoments, benchmark = 0): number {
  const { observations, sharpe, skewness, kurtosis } = moments;
  const spread = 1 - skewness * sharpe + ((kurtosis - 1) / 4) * sharpe * sharpe;
  if (!(observations >= 2 && spread > 0 && Number.isFinite(benchmark))) {
    throw new InvalidInputError('probabilisticSharpeRatio: no returns have these moments', {
      hint: 'observations is at least 2, kurtosis (not its excess) at least 1 + skewness².',
      details: { ...moments, benchmark },
    });
  }
  return normalCdf(((sharpe - benchmark) * Math.sqrt(observations - 1)) / Math.sqrt(spread));
}

/**
 * The largest Sharpe ratio to expect of `trials` strategies without skill whose ratios vary by `variance`: by extreme value theory.
 *
 * @throws ConfigError - fewer than 2 trials, a negative variance
 */
export function expectedMaximumSharpe(trials: number, variance: number): number {
  if (!(trials >= 2 && Number.isFinite(trials) && variance >= 0 && Number.isFinite(variance))) {
    throw new ConfigError(`expectedMaximumSharpe: ${trials} trials with variance ${variance}`, {
      hint: 'At least 2 trials, and the variance of their Sharpe ratios.',
    });
  }
  const upper = inverseNormal(1 - 1 / trials);
  const tail = inverseNormal(1 - 1 / (trials * Math.E));
  return Math.sqrt(variance) * ((1 - EULER_MASCHERONI) * upper + EULER_MASCHERONI * tail);
}

/** All that was tried: the Sharpe ratios themselves, or how many independent ones and how they vary. */
export type Trials = ArrayLike<number> | { readonly count: number; readonly variance: number };

/**
 * Deflated Sharpe ratio: the probability that the best of many strategies has skill, after allowing for how many were tried and for
 * returns that are not normal.
 * D. H. Bailey and M. López de Prado, "The Deflated Sharpe Ratio", Journal of Portfolio Management 40 (2014).
 *
 * @param moments - of the chosen strategy's returns
 * @param trials - of all strategies that were tried, the chosen one included; per observation
 * @throws InvalidInputError - moments that no returns have; ConfigError - fewer than 2 trials
 *
 * @example
 * deflatedSharpeRatio(returnMoments(returns), { count: 100, variance: 0.5 / 250 }); // 0.90: not above 0.95
 */
export function deflatedSharpeRatio(moments: ReturnMoments, trials: Trials): number {
  const { count, variance } = 'count' in trials ? trials : { count: trials.length, variance: sampleVariance(trials) };
  return probabilisticSharpeRatio(moments, expectedMaximumSharpe(count, variance));
}

function sampleVariance(values: ArrayLike<number>): number {
  const average = mean(values);
  return sum(Array.from(values, (v) => (v - average) ** 2)) / (values.length - 1);
}
