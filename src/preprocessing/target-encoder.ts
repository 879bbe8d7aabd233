/**
 * Target encoding: a category becomes the smoothed mean of the label over the training rows that have it. Training rows themselves are encoded
 * out of fold, by rows of other folds only, so that no row sees its own label (nor, in time-ordered folds, a label whose span overlaps its fold's).
 * Smoothing after Micci-Barreca (2001).
 */
import type { CategoricalColumn } from '../core/column.js';
import { InvalidInputError } from '../core/errors.js';
import { Random } from '../core/random.js';
import type { ResolvedOptions } from './options.js';

type EncodingSettings = ResolvedOptions['encoding'];

export interface TargetEncoder {
  readonly kind: 'target';
  /** Sorted labels; empty for a continuous label. One output for two or fewer (the share of the larger), else one for each. */
  readonly classes: readonly number[];
  readonly categories: readonly string[];
  /** (categories, outputs). */
  readonly encodings: readonly (readonly number[])[];
  /** (outputs,) mean over all training rows: what unknown categories get. */
  readonly prior: readonly number[];
  /** (outputs,) encoding of missing text as a category of its own, null when it gets the prior. */
  readonly missing: readonly number[] | null;
  readonly smoothing: 'auto' | number;
  readonly folds: number;
  readonly foldOrder: 'time' | 'random';
  readonly seed: number;
  readonly unknown: EncodingSettings['unknown'];
}

/** Labels of the rows, and what tells their folds apart. */
export interface TargetRows {
  readonly y: Float64Array;
  readonly times?: Float64Array;
  readonly labelEnds?: Float64Array;
}

const MAX_CLASSES = 20;

/** Distinct sorted labels, or [] when the label is a continuous one. Throws `InvalidInputError` for labels that are not finite. */
export function targetClasses(y: Float64Array, type: EncodingSettings['targetType']): number[] {
  checkLabels(y);
  if (type === 'continuous') return [];
  const classes = [...new Set(y)].sort((a, b) => a - b);
  if (type === 'binary' && classes.length > 2) {
    throw new InvalidInputError(`Target encoding: the label is said to be binary and has ${classes.length} values`, {
      hint: "Use targetType 'multiclass' or 'continuous'.",
    });
  }
  if (type === 'auto' && (classes.length > MAX_CLASSES || (classes.length > 2 && !classes.every(Number.isInteger))))
    return [];
  return classes;
}

function checkLabels(y: Float64Array | undefined): void {
  if (y === undefined) {
    throw new InvalidInputError('Target encoding needs the labels of the training rows', {
      hint: 'Give the split its `y`.',
    });
  }
  for (let i = 0; i < y.length; i++) {
    if (!Number.isFinite(y[i])) {
      throw new InvalidInputError(`Target encoding: the label of row ${i} is ${y[i]}`, {
        hint: 'Drop rows without a label before fitting.',
        details: { row: i },
      });
    }
  }
}

/** Fits on all training rows; at least two are needed. */
export function fitTarget(
  column: CategoricalColumn,
  categories: readonly string[],
  rows: TargetRows,
  settings: EncodingSettings,
): TargetEncoder {
  if (rows.y !== undefined && rows.y.length < 2) {
    throw new InvalidInputError('Target encoding needs at least two training rows', {
      hint: 'With one row there is no other label to encode it by.',
    });
  }
  const classes = targetClasses(rows.y, settings.targetType);
  const targets = outputsOf(rows.y, classes);
  const codes = codesBy(column, categories);
  const all = Uint32Array.from(rows.y, (_, i) => i);
  const asCategory = settings.missing === 'category';
  const fitted = targets.map((y) => encode(codes, categories.length, y, all, settings.smoothing));
  return {
    kind: 'target',
    classes,
    categories,
    encodings: categories.map((_, c) => fitted.map(({ means }) => means[c])),
    prior: fitted.map(({ prior }) => prior),
    missing: asCategory ? fitted.map(({ means }) => means[categories.length]) : null,
    smoothing: settings.smoothing,
    folds: settings.folds,
    foldOrder: settings.foldOrder,
    seed: settings.seed,
    unknown: settings.unknown,
  };
}

/**
 * Out-of-fold encodings of training rows, shape (rows, outputs) row-major: each row by the rows of the other folds alone. `fill` replaces missing
 * text. Throws `InvalidInputError` when label spans leave no row to encode a fold by.
 */
export function encodeOutOfFold(
  encoder: TargetEncoder,
  column: CategoricalColumn,
  rows: TargetRows,
  fill: string | null,
): Float64Array {
  checkLabels(rows.y);
  const targets = outputsOf(rows.y, encoder.classes);
  const codes = codesBy(column, encoder.categories, fill);
  const width = targets.length;
  const out = new Float64Array(rows.y.length * width);
  for (const { inside, others } of foldsOf(rows, encoder)) {
    if (others.length === 0) throw noOtherRows(inside);
    targets.forEach((y, j) => {
      const { means, prior } = encode(codes, encoder.categories.length, y, others, encoder.smoothing);
      for (const i of inside) {
        // Unknown text has the last code but one; missing text the last, and a category's mean only when it is one of its own.
        const code = codes[i];
        const isCategory =
          code < encoder.categories.length || (code === encoder.categories.length && encoder.missing !== null);
        out[i * width + j] = isCategory ? means[code] : prior;
      }
    });
  }
  return out;
}

function noOtherRows(inside: Uint32Array): InvalidInputError {
  return new InvalidInputError(
    'Target encoding: label spans overlap so widely that a fold has no other rows to be encoded by',
    {
      hint: "Use fewer folds, more training rows, or encoding: { foldOrder: 'random' }.",
      details: { rows: Array.from(inside.slice(0, 20)) },
    },
  );
}

/** The label as one or several outputs: itself, the indicator of the larger class, or one indicator a class. */
function outputsOf(y: Float64Array, classes: readonly number[]): Float64Array[] {
  if (classes.length === 0) return [y];
  const wanted = classes.length > 2 ? classes : classes.slice(-1);
  return wanted.map((label) => y.map((value) => (value === label ? 1 : 0)));
}

/** Codes in the order of `categories`; missing text is `categories.length`, unknown text one more. */
function codesBy(column: CategoricalColumn, categories: readonly string[], fill: string | null = null): Uint32Array {
  const index = new Map(categories.map((name, c) => [name, c]));
  const unknown = categories.length + 1;
  const missing = fill === null ? categories.length : (index.get(fill) ?? unknown);
  const map = column.categories.map((name) => index.get(name) ?? unknown);
  return Uint32Array.from(column.codes, (code) => (code < 0 ? missing : map[code]));
}

/**
 * Smoothed means by code over the given rows. With a number m the mean of n rows weighs n against m rows of the overall mean; with 'auto'
 * it weighs n v against s, v the variance of the label and s that within the category (empirical Bayes, as scikit-learn's TargetEncoder).
 */
function encode(
  codes: Uint32Array,
  categories: number,
  y: Float64Array,
  rows: Uint32Array,
  smoothing: 'auto' | number,
): { means: Float64Array; prior: number } {
  const counts = new Float64Array(categories + 2);
  const sums = new Float64Array(categories + 2);
  let total = 0;
  for (const i of rows) {
    counts[codes[i]]++;
    sums[codes[i]] += y[i];
    total += y[i];
  }
  const prior = total / rows.length;
  const within = new Float64Array(categories + 2);
  let variance = 0;
  for (const i of rows) {
    const d = y[i] - sums[codes[i]] / counts[codes[i]];
    within[codes[i]] += d * d;
    variance += (y[i] - prior) * (y[i] - prior);
  }
  variance /= rows.length;
  const means = counts.map((n, c) => {
    if (n === 0) return prior;
    if (smoothing !== 'auto') return (sums[c] + smoothing * prior) / (n + smoothing);
    const own = n * variance;
    // All labels equal: the mean is the overall mean.
    if (own === 0) return prior;
    const weight = own / (own + within[c] / n);
    return weight * (sums[c] / n) + (1 - weight) * prior;
  });
  return { means, prior };
}

interface Fold {
  readonly inside: Uint32Array;
  readonly others: Uint32Array;
}

/** Folds whose sizes differ by at most one, in time order or drawn by the seed. */
function foldsOf(rows: TargetRows, encoder: Pick<TargetEncoder, 'folds' | 'foldOrder' | 'seed'>): Fold[] {
  const n = rows.y.length;
  const order = encoder.foldOrder === 'random' ? new Random(encoder.seed).permutation(n) : timeOrder(n, rows.times);
  const count = Math.min(encoder.folds, n);
  const size = Math.floor(n / count);
  const extra = n % count;
  return Array.from({ length: count }, (_, f) => {
    const from = f * size + Math.min(f, extra);
    const to = from + size + (f < extra ? 1 : 0);
    const inside = order.slice(from, to).sort();
    const rest = Uint32Array.from([...order.subarray(0, from), ...order.subarray(to)]).sort();
    return { inside, others: encoder.foldOrder === 'time' ? purged(rest, inside, rows) : rest };
  });
}

function timeOrder(n: number, times: Float64Array | undefined): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  return times ? order.sort((a, b) => times[a] - times[b] || a - b) : order;
}

/** `others` without rows whose label span touches the span of the fold. */
function purged(others: Uint32Array, inside: Uint32Array, { times, labelEnds }: TargetRows): Uint32Array {
  if (!times || !labelEnds) return others;
  let start = Number.POSITIVE_INFINITY;
  let end = Number.NEGATIVE_INFINITY;
  for (const i of inside) {
    if (times[i] < start) start = times[i];
    if (labelEnds[i] > end) end = labelEnds[i];
  }
  return others.filter((i) => labelEnds[i] < start || times[i] > end);
}
