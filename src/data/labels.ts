/**
 * Labels of price bars that look ahead: fixed horizon and triple barrier. Each comes with the time at which it is known (`labelEnds`, what
 * purging uses). A label that cannot be known (not enough bars left in the series, group or session, or a price missing on the way) is NaN, never guessed.
 */
import { InvalidInputError } from '../core/errors.js';
import { assertPrices, type BarContext, barSegments, positiveInteger } from './bars.js';
import { ewmVolatility } from './volatility.js';

/** Labels of n bars and when each is known. */
export interface Labels {
  /** (n,) -1, 0 or 1; NaN where unknown: drop those rows. */
  labels: Float64Array;
  /** (n,) close at the end / close - 1; NaN where unknown. The target of a regression. */
  returns: Float64Array;
  /** (n,) ms since epoch of the bar that decides the label (row numbers when no `times` are given); NaN where unknown. */
  labelEnds: Float64Array;
}

/** Bars and the distance that `fixedHorizonLabels` looks ahead. */
export interface FixedHorizonOptions extends BarContext {
  close: ArrayLike<number>;
  /** Bars ahead. */
  horizon: number;
  /** Returns within [-threshold, threshold] are labelled 0. Default 0. */
  threshold?: number;
}

/**
 * Return over the next `horizon` bars and its sign: 1 above `threshold`, -1 below -`threshold`, else 0.
 *
 * @example
 * fixedHorizonLabels({ close: [100, 101, 99], horizon: 1 }).labels; // [1, -1, NaN]
 */
export function fixedHorizonLabels(options: FixedHorizonOptions): Labels {
  const close = assertPrices('close', options.close);
  const horizon = positiveInteger('horizon', options.horizon);
  const threshold = options.threshold ?? 0;
  if (!(threshold >= 0 && threshold < Number.POSITIVE_INFINITY)) {
    throw new InvalidInputError(`threshold must be a return of at least 0, got ${threshold}`, {
      hint: '0.001 is 0.1%.',
    });
  }
  const out = unknownLabels(close.length);
  forEachCompleteRow(close.length, options, horizon, (row, at) => {
    const end = at(horizon);
    settle(out, row, end, close, options.times, (r) => (r > threshold ? 1 : r < -threshold ? -1 : 0));
  });
  return out;
}

/** Bars, barriers and the distance that `tripleBarrierLabels` looks ahead. */
export interface TripleBarrierOptions extends BarContext {
  close: ArrayLike<number>;
  /** Highs and lows of the bars: barriers are then touched within a bar, not only at its close. */
  high?: ArrayLike<number>;
  low?: ArrayLike<number>;
  /** Bars until the vertical barrier. */
  horizon: number;
  /** Distance of the upper barrier in multiples of `volatility`; Infinity for none. */
  upper: number;
  /** Distance of the lower barrier in multiples of `volatility`; Infinity for none. */
  lower: number;
  /** (n,) expected size of a return, known at the row. Default `ewmVolatility(close)`. */
  volatility?: ArrayLike<number>;
}

/** Triple-barrier labels, with the barrier that was touched first. */
export interface TripleBarrierLabels extends Labels {
  /** (n,) which barrier ended the label: 'upper' (label 1), 'lower' (-1), 'horizon' (0); null where unknown. */
  touched: ('upper' | 'lower' | 'horizon' | null)[];
}

/**
 * Triple-barrier labels (M. López de Prado, Advances in Financial Machine Learning, 2018, chapter 3): 1 when the price touches
 * close * (1 + upper * volatility) first, -1 for close * (1 - lower * volatility), 0 when neither is touched within `horizon` bars.
 * A bar that spans both barriers counts as the lower one: the order within a bar is not known, so the worse outcome is taken.
 * Rows with fewer than `horizon` bars left are unknown even where a barrier is touched earlier; else late rows would never be 0.
 */
export function tripleBarrierLabels(options: TripleBarrierOptions): TripleBarrierLabels {
  const close = assertPrices('close', options.close);
  const n = close.length;
  const high = options.high ? assertPrices('high', options.high, n) : close;
  const low = options.low ? assertPrices('low', options.low, n) : close;
  const horizon = positiveInteger('horizon', options.horizon);
  const upper = barrier('upper', options.upper);
  const lower = barrier('lower', options.lower);
  const volatility = volatilityOf(options, n);
  const touched: TripleBarrierLabels['touched'] = new Array(n).fill(null);
  const out = { ...unknownLabels(n), touched };
  forEachCompleteRow(n, options, horizon, (row, at) => {
    if (!(volatility[row] > 0) || Number.isNaN(close[row])) return;
    const top = close[row] * (1 + upper * volatility[row]);
    const bottom = close[row] * (1 - lower * volatility[row]);
    for (let k = 1; k <= horizon; k++) {
      const bar = at(k);
      if (Number.isNaN(high[bar] + low[bar] + close[bar])) return;
      // The close decides too, should it lie outside of high and low.
      const label = Math.min(low[bar], close[bar]) <= bottom ? -1 : Math.max(high[bar], close[bar]) >= top ? 1 : 0;
      if (label === 0 && k < horizon) continue;
      settle(out, row, bar, close, options.times, () => label);
      touched[row] = label === 0 ? 'horizon' : label === 1 ? 'upper' : 'lower';
      return;
    }
  });
  return out;
}

/** Calls `visit` for each row that has `horizon` later bars in its segment; `at(k)` is the row of the k-th of them. */
function forEachCompleteRow(
  rows: number,
  context: BarContext,
  horizon: number,
  visit: (row: number, at: (ahead: number) => number) => void,
): void {
  const { order, starts } = barSegments(rows, context);
  for (let s = 0; s + 1 < starts.length; s++) {
    for (let p = starts[s]; p + horizon < starts[s + 1]; p++) {
      visit(order ? order[p] : p, (ahead) => (order ? order[p + ahead] : p + ahead));
    }
  }
}

function settle(
  out: Labels,
  row: number,
  end: number,
  close: Float64Array,
  times: ArrayLike<number> | undefined,
  label: (simpleReturn: number) => number,
): void {
  const simpleReturn = close[end] / close[row] - 1;
  if (Number.isNaN(simpleReturn)) return;
  out.labels[row] = label(simpleReturn);
  out.returns[row] = simpleReturn;
  out.labelEnds[row] = times ? times[end] : end;
}

const unknownLabels = (rows: number): Labels => ({
  labels: new Float64Array(rows).fill(Number.NaN),
  returns: new Float64Array(rows).fill(Number.NaN),
  labelEnds: new Float64Array(rows).fill(Number.NaN),
});

function barrier(name: string, multiple: number): number {
  if (multiple > 0) return multiple;
  throw new InvalidInputError(`${name} must be a positive multiple of the volatility, got ${multiple}`, {
    hint: 'Typical values are 1 to 3; Infinity leaves the barrier out.',
  });
}

function volatilityOf(options: TripleBarrierOptions, rows: number): ArrayLike<number> {
  const given = options.volatility;
  if (!given) return ewmVolatility(options.close, options);
  if (given.length !== rows) {
    throw new InvalidInputError(`volatility has ${given.length} values, close has ${rows}`, {
      hint: 'Pass one value a bar.',
    });
  }
  for (let i = 0; i < rows; i++) {
    if (given[i] < 0 || given[i] === Number.POSITIVE_INFINITY) {
      throw new InvalidInputError(`volatility, row ${i}: ${given[i]} is not a size of returns`, {
        hint: 'Volatility is at least 0 and finite; NaN where it is not known yet.',
        details: { row: i, value: given[i] },
      });
    }
  }
  return given;
}
