/**
 * Where a parameter's values come from: a range of floats or integers, or a list of choices; the words and meanings are Optuna's.
 * Inside, a value is one number: itself, or the place of a choice in its list.
 */
import { ConfigError } from '../core/errors.js';
import { exp, log } from '../core/math.js';

/** A value of a categorical parameter. */
export type Choice = string | number | boolean | null;
/** A value of a parameter. */
export type ParamValue = Choice;

/** Numbers of a range. */
export interface FloatDistribution {
  readonly type: 'float';
  readonly low: number;
  /** Included; with `step`, the last value that is a whole number of steps above `low`. */
  readonly high: number;
  /** Equal ratios are equally likely. */
  readonly log: boolean;
  readonly step: number | null;
}

/** Integers of a range. */
export interface IntDistribution {
  readonly type: 'int';
  readonly low: number;
  /** Included. */
  readonly high: number;
  readonly log: boolean;
  readonly step: number;
}

/** One of a list of choices. */
export interface CategoricalDistribution {
  readonly type: 'categorical';
  readonly choices: readonly Choice[];
}

/** A range of numbers. */
export type NumericDistribution = FloatDistribution | IntDistribution;
/** What a parameter may be. */
export type Distribution = NumericDistribution | CategoricalDistribution;

/** Scale and raster of a range. */
export interface RangeOptions {
  readonly log?: boolean;
  readonly step?: number;
}

const RANGE_OPTIONS = new Set(['log', 'step']);

/** A range of floats, both ends included. @throws ConfigError - ends out of order, a logarithm of nothing, `log` with `step` */
export function float(low: number, high: number, options: RangeOptions = {}): FloatDistribution {
  const { log: logarithmic = false, step } = checkedRange('float', low, high, options);
  if (step === undefined) return { type: 'float', low, high, log: logarithmic, step: null };
  const steps = Math.floor((high - low) / step + 1e-9);
  return { type: 'float', low, high: low + steps * step, log: false, step };
}

/** A range of integers, both ends included. @throws ConfigError - as `float`, and ends or a step that are no integers */
export function int(low: number, high: number, options: RangeOptions = {}): IntDistribution {
  const { log: logarithmic = false, step = 1 } = checkedRange('int', low, high, options);
  if (![low, high, step].every(Number.isSafeInteger)) {
    throw new ConfigError(`int(${low}, ${high}): ends and step are integers`, { hint: 'Use float for other ranges.' });
  }
  return { type: 'int', low, high: low + Math.floor((high - low) / step) * step, log: logarithmic, step };
}

/** A list of choices without an order. @throws ConfigError - an empty list, a repeated choice, a value JSON does not know */
export function categorical(choices: readonly Choice[]): CategoricalDistribution {
  if (!Array.isArray(choices) || choices.length === 0) {
    throw new ConfigError('categorical: there is nothing to choose from', {
      hint: 'Pass a list of one or more choices.',
    });
  }
  const strange = choices.find((choice) => !isChoice(choice));
  if (strange !== undefined) {
    throw new ConfigError(`categorical: a ${typeof strange} cannot be a choice`, {
      hint: 'Choices are text, finite numbers, true, false or null; choose a name and look the object up by it.',
    });
  }
  if (new Set(choices).size < choices.length) {
    throw new ConfigError(`categorical: a choice is listed twice in ${choices.join(', ')}`, {
      hint: 'List each once.',
    });
  }
  return { type: 'categorical', choices: [...choices] };
}

const isChoice = (value: unknown): value is Choice =>
  value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);

function checkedRange(what: string, low: number, high: number, options: RangeOptions): RangeOptions {
  const name = `${what}(${low}, ${high})`;
  if (!Number.isFinite(low) || !Number.isFinite(high) || low > high || !Number.isFinite(high - low)) {
    throw new ConfigError(`${name}: this range holds no values`, {
      hint: 'Pass two finite numbers, the smaller one first.',
    });
  }
  const unknown = Object.keys(options).find((key) => !RANGE_OPTIONS.has(key));
  if (unknown !== undefined) {
    throw new ConfigError(`${name}: unknown option '${unknown}'`, { hint: 'Valid options: log, step.' });
  }
  const { log: logarithmic, step } = options;
  if (step !== undefined && !(step > 0 && Number.isFinite(step))) {
    throw new ConfigError(`${name}: step ${step} is not positive`, {
      hint: 'Pass the distance of neighbouring values.',
    });
  }
  if (logarithmic && !(low > 0)) {
    throw new ConfigError(`${name}: a logarithmic range starts above 0`, {
      hint: 'Raise the lower end, or leave out log.',
    });
  }
  if (logarithmic && step !== undefined && step !== 1) {
    throw new ConfigError(`${name}: log and step exclude each other`, { hint: 'Use one of them.' });
  }
  return { log: logarithmic, step: what === 'float' && logarithmic ? undefined : step };
}

/** The value as one number. */
export function toInternal(distribution: Distribution, value: ParamValue): number {
  return distribution.type === 'categorical' ? distribution.choices.indexOf(value) : Number(value);
}

export function toExternal(distribution: Distribution, internal: number): ParamValue {
  return distribution.type === 'categorical' ? distribution.choices[internal] : internal;
}

/** Whether a value (as one number) is one of the distribution's. */
export function contains(distribution: Distribution, internal: number): boolean {
  if (distribution.type === 'categorical') {
    return Number.isInteger(internal) && internal >= 0 && internal < distribution.choices.length;
  }
  const { low, high, step } = distribution;
  if (!(internal >= low && internal <= high)) return false;
  if (step === null) return true;
  const steps = (internal - low) / step;
  return Math.abs(steps - Math.round(steps)) < 1e-8;
}

/** Whether there is one value only. */
export function isSingle(distribution: Distribution): boolean {
  return distribution.type === 'categorical'
    ? distribution.choices.length === 1
    : distribution.low === distribution.high;
}

export function sameDistribution(a: Distribution, b: Distribution): boolean {
  if (a === b) return true;
  if (a.type === 'categorical' || b.type === 'categorical') return compatible(a, b);
  return a.type === b.type && a.low === b.low && a.high === b.high && a.log === b.log && a.step === b.step;
}

/** Whether one parameter may have both in one study: ranges may change, kinds and choices may not. */
export function compatible(a: Distribution, b: Distribution): boolean {
  if (a.type !== 'categorical' || b.type !== 'categorical') return a.type === b.type;
  return a.choices.length === b.choices.length && a.choices.every((choice, i) => choice === b.choices[i]);
}

/** Lower and upper end of a range on the scale it is sampled on, with half a step around discrete values. */
export function scaledBounds(distribution: NumericDistribution): readonly [low: number, high: number] {
  const { low, high, step, log: logarithmic } = distribution;
  const half = (step ?? 0) / 2;
  return logarithmic ? [log(low - half), log(high + half)] : [low - half, high + half];
}

export function toScale(distribution: NumericDistribution, internal: number): number {
  return distribution.log ? log(internal) : internal;
}

/** The value of the range next to a place on its scale. */
export function fromScale(distribution: NumericDistribution, scaled: number): number {
  const value = distribution.log ? exp(scaled) : scaled;
  const { low, high, step } = distribution;
  const stepped = step === null ? value : low + Math.round((value - low) / step) * step;
  return Math.min(high, Math.max(low, stepped));
}

/** A value from a number in [0, 1): choices and steps get equal shares of it. */
export function fromUnit(distribution: Distribution, u: number): number {
  if (distribution.type === 'categorical') {
    const n = distribution.choices.length;
    return Math.min(n - 1, Math.max(0, Math.floor(u * n)));
  }
  const [low, high] = scaledBounds(distribution);
  return fromScale(distribution, low + u * (high - low));
}

/** The place of a value in [0, 1]; the middle of its share. */
export function toUnit(distribution: Distribution, internal: number): number {
  if (distribution.type === 'categorical') return (internal + 0.5) / distribution.choices.length;
  const [low, high] = scaledBounds(distribution);
  return high > low ? (toScale(distribution, internal) - low) / (high - low) : 0.5;
}
