/** Labels as sorted classes and class indices, and the rules for which of two classes is positive (scikit-learn's, so that numbers agree). */
import { InvalidInputError } from '../core/errors.js';
import { listed } from '../core/text.js';
import { finiteVector } from './inputs.js';
import type { MetricOptions } from './options.js';

/** Up to this many classes a scan of a short list finds a label faster than a hash table. */
const FEW = 16;

/** Distinct labels of all arrays, ascending. */
export function uniqueLabels(...arrays: ArrayLike<number>[]): number[] {
  const few: number[] = [];
  for (const array of arrays) {
    for (let i = 0; i < array.length; i++) {
      const label = array[i];
      let k = few.length - 1;
      while (k >= 0 && few[k] !== label) k--;
      if (k >= 0) continue;
      if (few.length === FEW) return manyLabels(arrays);
      few.push(label + 0); // -0 becomes the label 0
    }
  }
  return few.sort((a, b) => a - b);
}

function manyLabels(arrays: ArrayLike<number>[]): number[] {
  const seen = new Set<number>();
  for (const array of arrays) for (let i = 0; i < array.length; i++) seen.add(array[i] + 0);
  return Array.from(seen).sort((a, b) => a - b);
}

/** Index of each label in `classes`, -1 where it is not one of them. */
export function encodeLabels(labels: ArrayLike<number>, classes: readonly number[]): Int32Array {
  const out = new Int32Array(labels.length);
  const index = classes.length > FEW ? new Map(classes.map((label, k) => [label, k])) : undefined;
  for (let i = 0; i < out.length; i++) out[i] = index ? (index.get(labels[i]) ?? -1) : classes.indexOf(labels[i]);
  return out;
}

/** The option `classes`, checked for finite distinct labels; undefined when not given. */
export function classesOption(metric: string, options: MetricOptions): number[] | undefined {
  if (options.classes === undefined) return undefined;
  const classes = Array.from(finiteVector(metric, 'classes', options.classes));
  if (new Set(classes).size !== classes.length)
    throw new InvalidInputError(`${metric}: classes holds a label twice`, {
      hint: 'List every class once.',
      details: { classes },
    });
  return classes;
}

/** Classes of a score table: the option, which must be ascending and hold every label, or else the labels that occur. */
export function scoreClasses(
  metric: string,
  yTrue: Float64Array,
  options: MetricOptions,
  present = uniqueLabels(yTrue),
): number[] {
  const classes = classesOption(metric, options);
  if (!classes) return present;
  if (classes.some((label, k) => k > 0 && label < classes[k - 1]))
    throw new InvalidInputError(`${metric}: classes are not in ascending order`, {
      hint: 'Columns of scores follow the ascending order of the classes: sort classes, and the columns with them.',
      details: { classes },
    });
  const unknown = present.filter((label) => !classes.includes(label));
  if (unknown.length > 0)
    throw new InvalidInputError(`${metric}: yTrue holds ${listed(unknown)}, which classes does not list`, {
      hint: 'classes must hold every label of yTrue.',
      details: { unknown, classes },
    });
  return classes;
}

/** 1 where the label is the positive one, else 0. */
export function indicator(labels: ArrayLike<number>, positive: number): Uint8Array {
  const out = new Uint8Array(labels.length);
  for (let i = 0; i < labels.length; i++) out[i] = labels[i] === positive ? 1 : 0;
  return out;
}

/**
 * The positive class of curves: the option, or 1 where all labels are of {0, 1} or of {-1, 1}; anything else is ambiguous
 * and an `InvalidInputError`.
 */
export function standardPositive(metric: string, labels: readonly number[], options: MetricOptions): number {
  if (options.positiveClass !== undefined) return options.positiveClass;
  if (labels.every((l) => l === 0 || l === 1) || labels.every((l) => l === -1 || l === 1)) return 1;
  throw new InvalidInputError(`${metric}: which of the labels ${listed(labels)} is positive is not clear`, {
    hint: 'Pass positiveClass.',
    details: { labels },
  });
}

/** As {@link standardPositive}, and the larger label where that is ambiguous: for metrics in which one answer is the usual one. */
export function clearOrLargerPositive(metric: string, labels: readonly number[], options: MetricOptions): number {
  const clear = labels.every((l) => l === 0 || l === 1) || labels.every((l) => l === -1 || l === 1);
  return clear ? standardPositive(metric, labels, options) : largerPositive(metric, labels, options);
}

/** The positive class of `average: 'binary'` and average precision: the option or 1, which must occur when two labels do. */
export function presentPositive(metric: string, labels: readonly number[], options: MetricOptions): number {
  const positive = options.positiveClass ?? 1;
  if (labels.length >= 2 && !labels.includes(positive))
    throw new InvalidInputError(
      `${metric}: the positive class ${positive} is not one of the labels ${listed(labels)}`,
      {
        hint: 'Pass positiveClass: one of the labels.',
        details: { labels, positiveClass: positive },
      },
    );
  return positive;
}

/** The positive class of probabilities: the option, which must be one of the classes, or the larger of the classes. */
export function largerPositive(metric: string, classes: readonly number[], options: MetricOptions): number {
  return options.positiveClass === undefined ? classes[classes.length - 1] : presentPositive(metric, classes, options);
}
