/** Encoding of one text column without looking at the label: one-hot, ordinal and frequency. Learned from the training rows. */
import type { CategoricalColumn } from '../core/column.js';
import { InvalidInputError } from '../core/errors.js';
import { listed, nearest } from '../core/text.js';
import type { ResolvedOptions } from './options.js';
import type { TargetEncoder } from './target-encoder.js';

type EncodingSettings = ResolvedOptions['encoding'];

/** One category of the training rows; `name` null is "missing" as a category of its own. */
export interface CategorySlot {
  readonly name: string | null;
  /** Position in the encoding, or -1 when the category has none (a dropped one). */
  readonly slot: number;
}

export interface OneHotEncoder {
  readonly kind: 'one-hot';
  readonly slots: readonly CategorySlot[];
  /** Names of the output columns, without the column's own. */
  readonly outputs: readonly string[];
  /** Slot of unknown categories, -1 for none. */
  readonly unknownSlot: number;
  readonly unknown: EncodingSettings['unknown'];
}

export interface OrdinalEncoder {
  readonly kind: 'ordinal';
  readonly slots: readonly CategorySlot[];
  /** What unknown categories become; null is missing. */
  readonly unknownCode: number | null;
  readonly unknown: EncodingSettings['unknown'];
}

export interface FrequencyEncoder {
  readonly kind: 'frequency';
  readonly categories: readonly string[];
  /** Share of all training rows. */
  readonly shares: readonly number[];
  /** Share written for missing text. */
  readonly missingShare: number;
  readonly unknown: EncodingSettings['unknown'];
}

export type Encoder = OneHotEncoder | OrdinalEncoder | FrequencyEncoder | TargetEncoder;

/** Categories of the training rows, sorted, with their counts. */
export interface CategoryCounts {
  readonly categories: readonly string[];
  readonly counts: readonly number[];
  readonly missing: number;
}

const INFREQUENT = 'infrequent';

interface Grouped {
  /** Frequent categories in order; null stands for missing. */
  readonly frequent: readonly (string | null)[];
  readonly rare: readonly (string | null)[];
}

/** Splits categories into frequent and rare ones; missing text counts as the last category where it is one of its own. */
function grouped({ categories, counts, missing }: CategoryCounts, settings: EncodingSettings): Grouped {
  const rows = counts.reduce((sum, count) => sum + count, missing);
  const all: [string | null, number][] = categories.map((name, i) => [name, counts[i]]);
  if (settings.missing === 'category' && missing > 0) all.push([null, missing]);
  const least = settings.minFrequency ?? 0;
  const isRare = (count: number) => count < (least < 1 ? least * rows : least);
  return {
    frequent: all.filter(([, count]) => !isRare(count)).map(([name]) => name),
    rare: all.filter(([, count]) => isRare(count)).map(([name]) => name),
  };
}

/** More columns than this for one text column are a mistake (an identifier, a number read as text), and would fill the memory. */
const MAX_ONE_HOT = 10_000;

/** One 0/1 column a category, in sorted order; rare ones share the last. Throws `InvalidInputError` for more than 10,000. */
export function fitOneHot(counted: CategoryCounts, settings: EncodingSettings, column: string): OneHotEncoder {
  const { frequent, rare } = grouped(counted, settings);
  const width = frequent.length + (rare.length > 0 ? 1 : 0);
  if (width > MAX_ONE_HOT) {
    throw new InvalidInputError(
      `One-hot encoding: column '${column}' has ${width} categories, the limit is ${MAX_ONE_HOT}`,
      {
        hint: "Set encoding.minFrequency, use another encoding ('target', 'frequency', 'ordinal'), or drop the column.",
        details: { column, categories: width, limit: MAX_ONE_HOT },
      },
    );
  }
  const drop = settings.drop === 'first' || (settings.drop === 'if-binary' && width === 2) ? 1 : 0;
  const labels = [...frequent.map((name) => name ?? 'missing'), ...(rare.length > 0 ? [INFREQUENT] : [])];
  return {
    kind: 'one-hot',
    slots: [
      ...frequent.map((name, i) => ({ name, slot: i - drop })),
      ...rare.map((name) => ({ name, slot: width - 1 - drop })),
    ],
    outputs: labels.slice(drop),
    unknownSlot: settings.unknown === 'infrequent' && rare.length > 0 ? width - 1 - drop : -1,
    unknown: settings.unknown,
  };
}

/** The category's place in sorted order; rare ones share the last. */
export function fitOrdinal(counted: CategoryCounts, settings: EncodingSettings): OrdinalEncoder {
  const { frequent, rare } = grouped(counted, settings);
  const asRare = settings.unknown === 'infrequent' && rare.length > 0;
  return {
    kind: 'ordinal',
    slots: [
      ...frequent.map((name, slot) => ({ name, slot })),
      ...rare.map((name) => ({ name, slot: frequent.length })),
    ],
    unknownCode: asRare ? frequent.length : (settings.unknownCode ?? null),
    unknown: settings.unknown,
  };
}

/** The category's share of the training rows. */
export function fitFrequency(counted: CategoryCounts, settings: EncodingSettings): FrequencyEncoder {
  const rows = counted.counts.reduce((sum, count) => sum + count, counted.missing);
  return {
    kind: 'frequency',
    categories: counted.categories,
    shares: counted.counts.map((count) => count / rows),
    missingShare: settings.missing === 'category' ? counted.missing / rows : 0,
    unknown: settings.unknown,
  };
}

/** Names of the output columns of an encoded column. */
export function encoderOutputs(column: string, encoder: Encoder): string[] {
  switch (encoder.kind) {
    case 'one-hot':
      return encoder.outputs.map((name) => `${column}_${name}`);
    case 'ordinal':
      return [column];
    case 'frequency':
      return [`${column}_frequency`];
    case 'target':
      return encoder.classes.length > 2
        ? encoder.classes.map((label) => `${column}_target_${label}`)
        : [`${column}_target`];
  }
}

/** Writes the encoding of one row into `out`, which holds zeros, from `at` on; NaN is missing. */
export type RowEncoder = (row: number, out: Float64Array | Float32Array, at: number) => void;

/**
 * The encoder bound to a column of (possibly other) rows: categories are matched by name. `fill` replaces missing text. Under
 * `unknown: 'error'` a category the training rows did not have throws `InvalidInputError` naming it.
 */
export function bindEncoder(
  encoder: Encoder,
  name: string,
  column: CategoricalColumn,
  fill: string | null,
): RowEncoder {
  const values = bindCategories(encoder, name, column, fill);
  if (encoder.kind === 'one-hot') {
    return (row, out, at) => {
      const [slot] = values[column.codes[row] + 1];
      if (slot >= 0) out[at + slot] = 1;
    };
  }
  const width = values[0].length;
  return (row, out, at) => {
    const value = values[column.codes[row] + 1];
    for (let j = 0; j < width; j++) out[at + j] = value[j];
  };
}

/** Encodings (one-hot: the slot, -1 for none) of missing text (position 0) and of each category of the column (its code plus 1). */
function bindCategories(
  encoder: Encoder,
  name: string,
  column: CategoricalColumn,
  fill: string | null,
): readonly (readonly number[])[] {
  const known = new Map(categoryNames(encoder).map((category, i) => [category, i]));
  const encode = (category: string | null): readonly number[] => {
    const text = category ?? fill;
    const index = known.get(text);
    // A fill that the training rows never had is no category either.
    if (index === undefined) return text === null ? missingEncoding(encoder) : unknownEncoding(encoder);
    return categoryEncoding(encoder, index);
  };
  if (encoder.unknown === 'error') refuseUnknown(name, column, known);
  return [encode(null), ...column.categories.map(encode)];
}

const categoryNames = (encoder: Encoder): readonly (string | null)[] =>
  encoder.kind === 'one-hot' || encoder.kind === 'ordinal'
    ? encoder.slots.map((slot) => slot.name)
    : encoder.categories;

function categoryEncoding(encoder: Encoder, index: number): readonly number[] {
  switch (encoder.kind) {
    case 'one-hot':
    case 'ordinal':
      return [encoder.slots[index].slot];
    case 'frequency':
      return [encoder.shares[index]];
    case 'target':
      return encoder.encodings[index];
  }
}

function unknownEncoding(encoder: Encoder): readonly number[] {
  switch (encoder.kind) {
    case 'one-hot':
      return [encoder.unknownSlot];
    case 'ordinal':
      return [encoder.unknownCode ?? Number.NaN];
    case 'frequency':
      return [0];
    case 'target':
      return encoder.prior;
  }
}

function missingEncoding(encoder: Encoder): readonly number[] {
  switch (encoder.kind) {
    case 'one-hot':
      return [-1];
    case 'ordinal':
      return [Number.NaN];
    case 'frequency':
      return [encoder.missingShare];
    case 'target':
      return encoder.missing ?? encoder.prior;
  }
}

function refuseUnknown(
  name: string,
  { codes, categories }: CategoricalColumn,
  known: ReadonlyMap<string | null, number>,
) {
  const rows = new Map<string, number>();
  for (let i = 0; i < codes.length; i++) {
    const category = codes[i] < 0 ? null : categories[codes[i]];
    if (category !== null && !known.has(category) && !rows.has(category)) rows.set(category, i);
  }
  if (rows.size === 0) return;
  const unknown = [...rows.keys()];
  const close = nearest(
    unknown[0],
    [...known.keys()].filter((key) => key !== null),
  );
  throw new InvalidInputError(`Column '${name}' has categories the training rows did not have: ${listed(unknown)}`, {
    hint: `${close ? `Did you mean '${close}'? ` : ''}Use encoding: { unknown: 'ignore' } to accept them.`,
    details: { column: name, categories: unknown.slice(0, 20), rows: [...rows.values()].slice(0, 20) },
  });
}
