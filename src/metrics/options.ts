/** The options every metric takes, and their checks. A metric ignores the common options that have no meaning for it, and refuses unknown ones. */
import { InvalidInputError } from '../core/errors.js';
import { nearest } from '../core/text.js';

/** How per-class scores become one number; `'none'` returns them all. */
export type MetricAverage = 'binary' | 'macro' | 'micro' | 'weighted' | 'none';

/** What every metric of labels takes: weights, averaging over classes, what a division by zero counts as. */
export interface MetricOptions {
  /** One weight a row, finite and not negative; a weight of 2 counts as the row given twice. Default: 1 each. */
  sampleWeight?: ArrayLike<number>;
  /** Default `'binary'` for precision, recall and F scores, `'macro'` for areas of several classes. */
  average?: MetricAverage;
  /**
   * The classes to report, in that order; a class that never occurs counts too. For scores with a column a class: all classes,
   * ascending. Default: the sorted labels that occur.
   */
  classes?: ArrayLike<number>;
  /** The label that counts as positive where there are two. Default: 1, or the larger label for `rocAuc` and `logLoss`. */
  positiveClass?: number;
  /** What 0 / 0 is: 0 (default), 1 or NaN (left out of averages). */
  zeroDivision?: number;
  /** More than two classes: one against the rest (default), or each pair. */
  multiClass?: 'ovr' | 'ovo';
}

const COMMON = ['sampleWeight', 'average', 'classes', 'positiveClass', 'zeroDivision', 'multiClass'] as const;

/** Throws `InvalidInputError` for an option the metric does not know or a common option that is out of range. */
export function checkOptions(metric: string, options: object, own: readonly string[] = []): void {
  if (options === null || typeof options !== 'object')
    throw new InvalidInputError(`${metric}: options must be an object`, {
      hint: `Call ${metric}(yTrue, yPred, { ... }).`,
    });
  const known = [...COMMON, ...own];
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    const close = nearest(key, known);
    throw new InvalidInputError(`${metric}: unknown option '${key}'`, {
      hint: close ? `Did you mean '${close}'?` : `Options: ${known.join(', ')}.`,
      details: { option: key, nearest: close },
    });
  }
  const { average, zeroDivision, multiClass, positiveClass } = options as MetricOptions;
  checkChoice(metric, 'average', average, ['binary', 'macro', 'micro', 'weighted', 'none']);
  checkChoice(metric, 'multiClass', multiClass, ['ovr', 'ovo']);
  if (zeroDivision !== undefined && zeroDivision !== 0 && zeroDivision !== 1 && !Number.isNaN(zeroDivision))
    throw new InvalidInputError(`${metric}: zeroDivision is ${zeroDivision}`, { hint: 'Use 0, 1 or NaN.' });
  if (positiveClass !== undefined && !Number.isFinite(positiveClass))
    throw new InvalidInputError(`${metric}: positiveClass is ${positiveClass}`, { hint: 'Use one of the labels.' });
}

/** Throws `InvalidInputError` unless `value` is undefined or one of `choices`. */
export function checkChoice(metric: string, option: string, value: unknown, choices: readonly string[]): void {
  if (value === undefined || choices.includes(value as string)) return;
  const close = typeof value === 'string' ? nearest(value, choices) : undefined;
  throw new InvalidInputError(`${metric}: ${option} is ${JSON.stringify(value)}`, {
    hint: `${close ? `Did you mean '${close}'? ` : ''}Use one of ${choices.map((c) => `'${c}'`).join(', ')}.`,
    details: { option, value },
  });
}

/** Throws `InvalidInputError` unless `value` is a number for which `valid` holds. */
export function checkNumber(
  metric: string,
  option: string,
  value: number,
  valid: (value: number) => boolean,
  range: string,
): number {
  if (typeof value === 'number' && valid(value)) return value;
  throw new InvalidInputError(`${metric}: ${option} is ${String(value)}`, {
    hint: `Use ${range}.`,
    details: { option, value },
  });
}
