/**
 * From hashes of categories, all that a model keeps of them, back to the codes in X: of one category, or of all that a target statistic has
 * counted.
 */
import { inTurns } from '../../core/turns.js';
import { noOnnxForm } from '../../model/onnx/export.js';
import { categoryHash, MISSING_CATEGORY, partCount, partFactor, undoPartFactor } from './category-hash.js';
import type { CatBoostFile, CtrTable } from './ensemble.js';

/** Codes without a name are looked for up to here. */
const MOST_CODES = 100_000;
/** Combinations that are tried to take one apart. */
const MOST_TRIALS = 4_000_000;
const TRIALS_PER_STEP = 5000;

/** In place of the code of a missing category. */
export const MISSING_CODE = -1;

const MISSING_HASH = categoryHash(MISSING_CATEGORY);

/** Codes by the hashes of their texts. */
export class CategoryCodes {
  private readonly digits = new Map<number, number>();
  private readonly named = new Map<number, Map<number, number>>();

  constructor(private readonly names: CatBoostFile['categoryNames']) {}

  /** Undefined: no code has this hash. */
  find(column: number, hash: number): number | undefined {
    if (hash === MISSING_HASH) return MISSING_CODE;
    return this.ofNames(column).get(hash) ?? this.decimal(hash);
  }

  /** @throws InvalidInputError - a hash of no code */
  get(column: number, hash: number): number {
    const code = this.find(column, hash);
    if (code === undefined) throw unknownText(column);
    return code;
  }

  private ofNames(column: number): Map<number, number> {
    let known = this.named.get(column);
    if (!known) {
      const names = this.names?.get(column) ?? [];
      known = new Map(names.map((name, code) => [categoryHash(name), code]));
      this.named.set(column, known);
    }
    return known;
  }

  private decimal(hash: number): number | undefined {
    for (let code = this.digits.size; code < MOST_CODES && !this.digits.has(hash); code++) {
      this.digits.set(categoryHash(String(code)), code);
    }
    return this.digits.get(hash);
  }
}

/** Categorical features with hash by code, of all categories that the training rows had. */
export type Vocabularies = ReadonlyMap<number, ReadonlyMap<number, number>>;

/**
 * Every table has counted all training rows (unless `ctr_leaf_count_limit` cut it), so one table tells all categories of its features. A hash of several parts is taken apart with
 * what is known of the others: CatBoost makes a combination of one that it has in use and one feature more.
 *
 * @param columns - column of X by categorical feature
 * @throws InvalidInputError - categories known by their hash alone, or too many combinations to take apart
 */
export async function vocabulariesOf(
  tables: readonly CtrTable[],
  columns: readonly number[],
  codes: CategoryCodes,
): Promise<Vocabularies> {
  const known = new Map<number, Map<number, number>>();
  const unknownIn = (table: CtrTable) => table.projection.categories.filter((feature) => !known.has(feature));
  const trials = (table: CtrTable) => table.hashes.length * shiftCount(table, known);
  for (;;) {
    const open = tables.filter((table) => unknownIn(table).length > 0);
    if (open.length === 0) return known;
    const next = open.filter((table) => unknownIn(table).length === 1).sort((a, b) => trials(a) - trials(b))[0];
    if (next === undefined || trials(next) > MOST_TRIALS) {
      const wanted = unknownIn(next ?? open[0]).map((feature) => columns[feature]);
      throw tooMany(wanted);
    }
    const [feature] = unknownIn(next);
    known.set(feature, await takeApart(next, feature, columns[feature], known, codes));
  }
}

/** Ways that the other parts of a combination can be. */
function shiftCount({ projection }: CtrTable, known: Vocabularies): number {
  const others = projection.categories.map((feature) => known.get(feature)?.size ?? 1);
  return others.reduce((product, size) => product * size, 1) * 2 ** (partCount(projection) - others.length);
}

/** Hash by code of the one feature of the table that is not known. */
async function takeApart(
  { projection, hashes }: CtrTable,
  feature: number,
  column: number,
  known: Vocabularies,
  codes: CategoryCodes,
): Promise<Map<number, number>> {
  const parts = partCount(projection);
  const choices = [
    ...projection.categories.map((other) => [...(known.get(other)?.values() ?? [0])]),
    ...Array.from({ length: parts - projection.categories.length }, () => [0, 1]),
  ];
  let shifts = [0n];
  for (const [i, values] of choices.entries()) {
    const terms = values.map((value) => BigInt(value) * partFactor(parts - 1 - i));
    shifts = shifts.flatMap((shift) => terms.map((term) => shift + term));
  }
  const undo = undoPartFactor(parts - 1 - projection.categories.indexOf(feature));
  const found = new Map<number, number>();
  const seen = new Set<number>();
  await inTurns(hashes.length, Math.ceil(TRIALS_PER_STEP / shifts.length), (from, to) => {
    for (const hash of hashes.subarray(from, to)) {
      const explained = shifts.some((shift) => {
        // The right shift alone, but for one case in 2^32, leaves a number that is small enough.
        const long = BigInt.asIntN(64, (hash - shift) * undo);
        const part = Number(long);
        if (long !== BigInt.asIntN(32, long)) return false;
        if (seen.has(part)) return true;
        const code = codes.find(column, part);
        if (code === undefined) return false;
        seen.add(part);
        found.set(code, part);
        return true;
      });
      if (!explained) throw unknownText(column);
    }
  });
  return found;
}

const unknownText = (column: number) =>
  noOnnxForm(
    'catboost',
    `a category of column ${column} is known by its hash alone`,
    'Pass categoryNames to importNative, so that its code can be found.',
  );

const tooMany = (columns: readonly number[]) =>
  noOnnxForm(
    'catboost',
    `the categories of column ${columns.join(', ')} cannot be read out of the combinations that they are in`,
    'Train with maxCtrComplexity 1 or oneHotMaxSize at least the number of categories, or keep the model by save or exportNative.',
  );
