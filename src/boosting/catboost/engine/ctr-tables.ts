/** The target statistics that a model's tests use, with their tables over all training rows. */
import { extendRow, termOf } from '../combination-table.js';
import type { Combination } from './combination.js';
import { combinationKey } from './combination.js';
import type { CtrColumns, CtrSource } from './ctr-columns.js';
import type { CtrPart } from './ctr-parts.js';

/** A table as the job finds it; features are numbers as in `Combination`. */
export interface FoundTable {
  combination: Combination;
  type: CtrPart['type'];
  hashes: BigUint64Array;
  counts: Int32Array;
  classes: number;
  sums?: Float32Array;
  denominator: number;
}

/** Tables of these statistics, and for each which one it looks up. `hashOf(category)`: hashes of a column's dense numbers. */
export function buildTables(
  used: readonly { combination: Combination; part: CtrPart }[],
  columns: CtrColumns,
  hashOf: (category: number) => Int32Array,
): { tables: FoundTable[]; tableOf: number[] } {
  const tables: FoundTable[] = [];
  const numbers = new Map<string, number>();
  const tableOf = used.map(({ combination, part }) => {
    const key = `${part.type}:${combinationKey(combination)}`;
    let number = numbers.get(key);
    if (number === undefined) {
      number = tables.length;
      numbers.set(key, number);
      tables.push(buildTable(combination, part, columns, hashOf));
    }
    return number;
  });
  return { tables, tableOf };
}

function buildTable(
  combination: Combination,
  part: CtrPart,
  columns: CtrColumns,
  hashOf: (category: number) => Int32Array,
): FoundTable {
  const { source } = columns;
  const { ids, count } = columns.ids(combination);
  const numbers = new Int32Array(count).fill(-1);
  const firstRows: number[] = [];
  for (let i = 0; i < source.trainRows; i++) {
    if (numbers[ids[i]] >= 0) continue;
    numbers[ids[i]] = firstRows.length;
    firstRows.push(i);
  }
  const n = firstRows.length;
  const counted = part.type === 'Borders' || part.type === 'Buckets';
  const classes = counted ? part.targetBorderCount + 1 : 1;
  const counts = new Int32Array(n * classes);
  const sums = new Float64Array(n);
  for (let i = 0; i < source.trainRows; i++) {
    const number = numbers[ids[i]];
    counts[number * classes + (counted ? source.classes[i] : 0)]++;
    sums[number] +=
      part.type === 'FloatTargetMeanValue' ? source.labels[i] : source.classes[i] / part.targetBorderCount;
  }
  const mean = part.type === 'BinarizedTargetMeanValue' || part.type === 'FloatTargetMeanValue';
  return {
    combination,
    type: part.type,
    hashes: hashesOf(combination, firstRows, source, hashOf),
    counts,
    classes,
    denominator: part.type === 'Counter' ? counts.reduce((most, found) => Math.max(most, found), 0) : 0,
    ...(mean ? { sums: Float32Array.from(sums) } : {}),
  };
}

/** Hashes of these rows' combinations, as category-hash.ts defines them. */
function hashesOf(
  { categories, floats, oneHots }: Combination,
  rows: readonly number[],
  source: CtrSource,
  hashOf: (category: number) => Int32Array,
): BigUint64Array {
  const words = { low: new Uint32Array(rows.length), high: new Uint32Array(rows.length) };
  for (const category of categories) {
    const terms = Array.from(hashOf(category), termOf);
    const { numbers } = source.categories[category];
    for (const [i, row] of rows.entries()) {
      const { low, high } = terms[numbers[row]];
      extendRow(words, i, low, high);
    }
  }
  const bits = [termOf(0), termOf(1)];
  const extend = (feature: number, holds: (bin: number) => boolean): void => {
    const [bins] = source.bins(feature);
    for (const [i, row] of rows.entries()) {
      const { low, high } = bits[holds(bins[row]) ? 1 : 0];
      extendRow(words, i, low, high);
    }
  };
  for (const { feature, bin } of floats) extend(feature, (b) => b > bin);
  for (const { feature, bin } of oneHots) extend(feature, (b) => b === bin);
  const hashes = new BigUint64Array(rows.length);
  const halves = new Uint32Array(hashes.buffer);
  for (let i = 0; i < rows.length; i++) {
    halves[2 * i] = words.low[i];
    halves[2 * i + 1] = words.high[i];
  }
  return hashes;
}
