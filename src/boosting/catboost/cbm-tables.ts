/** The tables of target statistics at the end of a cbm file. */
import * as layout from './cbm-schema.js';
import { isMean } from './ctr-check.js';
import { CTR_TYPES, type CtrTable, type Projection } from './ensemble.js';
import { FlatBuffer, type FlatTable } from './flat-reader.js';
import { damaged } from './format.js';
import { asFloat, asInteger } from './json-values.js';

/** How many features of each kind there are. */
export interface Sizes {
  floats: number;
  categories: number;
}

export type CtrBase = Pick<CtrTable, 'type' | 'projection' | 'classifier'>;

/** All tables of the part of a file that follows its core. */
export function readTables(bytes: Uint8Array, sizes: Sizes): CtrTable[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const next = () => {
    if (at + 4 > bytes.length) throw damaged('tables', 'are cut short');
    at += 4;
    return view.getUint32(at - 4, true);
  };
  const tables: CtrTable[] = [];
  const count = next();
  for (let i = 0; i < count; i++) {
    const size = next();
    if (at + size > bytes.length) throw damaged(`table ${i}`, 'is cut short');
    const part = `table ${i}`;
    tables.push(readTable(new FlatBuffer(bytes.subarray(at, at + size), part).root(), part, sizes));
    at += size;
  }
  return tables;
}

function readTable(entry: FlatTable, part: string, sizes: Sizes): CtrTable {
  const { TABLE } = layout;
  const base = readCtrBase(entry.table(TABLE.base), part, sizes);
  const { hashes, rows } = readBuckets(entry.bytes(TABLE.hashes), part);
  const values = entry.bytes(TABLE.values);
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
  const mean = isMean(base.type);
  const given = entry.int(TABLE.classes);
  const classes =
    base.type === 'Borders' || base.type === 'Buckets' ? asInteger(given, `${part}, target classes`, 1, 1 << 20) : 1;
  const width = mean ? 8 : 4 * classes;
  const counts = new Int32Array(rows.length * classes);
  const sums = mean ? new Float32Array(rows.length) : undefined;
  rows.forEach((row, i) => {
    if ((row + 1) * width > values.length) throw damaged(part, `row ${row} is outside of its values`);
    if (sums) sums[i] = asFloat(view.getFloat32(row * width, true), part);
    for (let k = 0; k < classes; k++) {
      counts[i * classes + k] = asInteger(view.getInt32(row * width + (mean ? 4 : 4 * k), true), `${part}, counts`);
    }
  });
  return {
    ...base,
    hashes,
    counts,
    classes,
    ...(sums ? { sums } : {}),
    denominator: asInteger(entry.int(TABLE.denominator), `${part}, denominator`),
  };
}

/** What is in the hash table, by ascending row: hashes and the rows they stand for. Its free places are skipped. */
function readBuckets(bytes: Uint8Array, part: string): { hashes: BigUint64Array; rows: Uint32Array } {
  const { BUCKET_BYTES, EMPTY_HASH } = layout;
  if (bytes.length % BUCKET_BYTES !== 0) throw damaged(part, 'its hashes are cut short');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const starts: number[] = [];
  for (let at = 0; at < bytes.length; at += BUCKET_BYTES) {
    if (view.getBigUint64(at, true) !== EMPTY_HASH) starts.push(at);
  }
  // Where a hash lies depends on what else was put in; the rows' order does not.
  starts.sort((a, b) => view.getUint32(a + 8, true) - view.getUint32(b + 8, true));
  return {
    hashes: BigUint64Array.from(starts, (at) => view.getBigUint64(at, true)),
    rows: Uint32Array.from(starts, (at) => view.getUint32(at + 8, true)),
  };
}

/** Which table: its type and what its combinations are made of. */
export function readCtrBase(entry: FlatTable | undefined, part: string, sizes: Sizes): CtrBase {
  const { CTR_BASE, PROJECTION } = layout;
  const type = CTR_TYPES[entry?.byte(CTR_BASE.type) ?? -1];
  if (!entry || !type) throw damaged(part, 'its type is unknown');
  const elements = entry.table(CTR_BASE.projection);
  const category = (feature: number) => asInteger(feature, part, 0, sizes.categories - 1);
  const projection: Projection = {
    categories: (elements?.ints(PROJECTION.categories) ?? []).map(category),
    floatConditions: (elements?.intFloatPairs(PROJECTION.floats) ?? []).map(([feature, border]) => ({
      feature: asInteger(feature, part, 0, sizes.floats - 1),
      border: asFloat(border, part),
    })),
    oneHotConditions: (elements?.intPairs(PROJECTION.oneHots) ?? []).map(([feature, value]) => ({
      feature: category(feature),
      value,
    })),
  };
  return { type, projection, classifier: asInteger(entry.int(CTR_BASE.classifier), part) };
}
