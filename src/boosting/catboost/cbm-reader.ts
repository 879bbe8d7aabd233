/**
 * Reads CatBoost's binary model (.cbm), such as Python's `save_model(file)` writes. Whatever is wrong with it is a
 * `ModelFormatError` that names the part; nothing in it is trusted.
 */
import * as layout from './cbm-schema.js';
import { readCtrBase, readTables, type Sizes } from './cbm-tables.js';
import { readCbmTrees } from './cbm-trees.js';
import { checkCtr, tableKey } from './ctr-check.js';
import type { CatBoostFile, Ctr, CtrTable, FloatFeature } from './ensemble.js';
import { FlatBuffer, type FlatTable } from './flat-reader.js';
import { damaged, MOST_FEATURES, MOST_OUTPUTS, numberedConditions, unsupported } from './format.js';
import { asFinite, asFloat, asInteger } from './json-values.js';
import { readModelInfo } from './model-info.js';

const HEADER = 8;

/** Whether these bytes claim to be a cbm model. */
export function isCbm(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && String.fromCharCode(...bytes.subarray(0, 4)) === layout.MAGIC;
}

/** Parses a whole model file. */
export function parseCbm(bytes: Uint8Array): CatBoostFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!isCbm(bytes) || bytes.length < HEADER) throw damaged('file', 'is no cbm file, or cut short');
  const end = HEADER + view.getUint32(4, true);
  if (end > bytes.length) throw damaged('core', 'is cut short');
  const core = new FlatBuffer(bytes.subarray(HEADER, end), 'core').root();
  const format = core.text(layout.CORE.format);
  if (format !== layout.FORMAT) throw damaged('format version', `'${format ?? 'none'}' is not known`);
  const trees = core.table(layout.CORE.trees);
  if (!trees) throw damaged('core', 'has no trees');
  const parts = core.texts(layout.CORE.parts);
  const unknown = parts.find((part) => part !== layout.CTR_PART);
  if (unknown !== undefined) throw unsupported(`parts such as '${unknown}'`);
  const columns = readColumns(trees);
  const tables = parts.length > 0 ? readTables(bytes.subarray(end), columns) : [];
  const { ctrs, ctrTables, ctrBorders } = readCtrs(trees, tables, columns);
  const { featureNames, floatFeatures, categoricalFeatures, features, floatBorders, oneHotValues } = columns;
  const outputs = asInteger(trees.int(layout.TREES.outputs), 'outputs', 1, MOST_OUTPUTS);
  const conditions = numberedConditions({ floatBorders, oneHotValues, ctrBorders });
  return {
    ensemble: {
      features,
      outputs,
      scale: asFinite(trees.double(layout.TREES.scale, 1), 'scale'),
      bias: readBias(trees, outputs),
      floatFeatures,
      categoricalFeatures,
      ctrs,
      ctrTables,
      trees: readCbmTrees(trees, outputs, conditions),
    },
    featureNames,
    ...readModelInfo(readInfo(core), outputs),
  };
}

interface Columns extends Sizes {
  features: number;
  featureNames: string[];
  floatFeatures: FloatFeature[];
  categoricalFeatures: { column: number }[];
  floatBorders: number[][];
  oneHotValues: number[][];
}

function readColumns(trees: FlatTable): Columns {
  const { TREES, FLOAT, CATEGORICAL, ONE_HOT } = layout;
  for (const [what, field] of [
    ['text features', TREES.text],
    ['estimated features', TREES.estimated],
    ['embedding features', TREES.embedding],
  ] as const) {
    if (trees.tables(field).length > 0) throw unsupported(what);
  }
  const names = new Map<number, string>();
  const take = (entry: FlatTable, i: number, fields: { index: number; column: number; name: number }, part: string) => {
    const column = asInteger(entry.int(fields.column, -1), `${part}, column`, 0, MOST_FEATURES - 1);
    if (entry.int(fields.index, -1) !== i)
      throw damaged(part, `its number is ${entry.int(fields.index, -1)}, not ${i}`);
    if (names.has(column)) throw damaged(part, `column ${column} occurs twice`);
    names.set(column, entry.text(fields.name) || String(column));
    return column;
  };
  const floats = trees.tables(TREES.float).map((entry, i) => {
    const part = `float feature ${i}`;
    const nan = layout.NAN_TREATMENTS[entry.byte(FLOAT.nan)];
    if (!nan) throw damaged(part, `treatment ${entry.byte(FLOAT.nan)} of NaN is unknown`);
    const borders = entry.floats(FLOAT.borders).map((border) => asFloat(border, `${part}, borders`));
    return { feature: { column: take(entry, i, FLOAT, part), hasNans: entry.byte(FLOAT.hasNans) !== 0, nan }, borders };
  });
  const categoricalFeatures = trees
    .tables(TREES.categorical)
    .map((entry, i) => ({ column: take(entry, i, CATEGORICAL, `categorical feature ${i}`) }));
  const oneHotValues = categoricalFeatures.map((): number[] => []);
  for (const entry of trees.tables(TREES.oneHot)) {
    const feature = asInteger(entry.int(ONE_HOT.index, -1), 'one-hot feature', 0, oneHotValues.length - 1);
    if (oneHotValues[feature].length > 0) throw damaged('one-hot feature', `${feature} occurs twice`);
    oneHotValues[feature] = entry.ints(ONE_HOT.values);
  }
  const features = [...names.keys()].reduce((most, column) => Math.max(most, column + 1), 0);
  if (names.size !== features) throw damaged('features', `${names.size} of ${features} columns are described`);
  return {
    features,
    featureNames: Array.from({ length: features }, (_, column) => names.get(column) ?? String(column)),
    floatFeatures: floats.map(({ feature }) => feature),
    categoricalFeatures,
    floatBorders: floats.map(({ borders }) => borders),
    oneHotValues,
    floats: floats.length,
    categories: categoricalFeatures.length,
  };
}

function readCtrs(
  trees: FlatTable,
  tables: readonly CtrTable[],
  sizes: Sizes,
): { ctrs: Ctr[]; ctrTables: CtrTable[]; ctrBorders: number[][] } {
  const { CTR } = layout;
  const known = new Map(tables.map((table, i) => [tableKey(table), i]));
  const entries = trees.tables(layout.TREES.ctrs).map((entry, i) => {
    const part = `target statistic ${i}`;
    const inner = entry.table(layout.CTR_FEATURE.ctr);
    if (!inner) throw damaged(part, 'is empty');
    const table = known.get(tableKey(readCtrBase(inner.table(CTR.base), part, sizes)));
    if (table === undefined) throw damaged(part, 'its table is missing');
    const number = (field: number, fallback: number) => asFloat(inner.float(field, fallback), part);
    const ctr: Ctr = {
      table,
      targetBorder: asInteger(inner.int(CTR.targetBorder), part),
      priorNumerator: number(CTR.numerator, 0),
      priorDenominator: number(CTR.denominator, 1),
      shift: number(CTR.shift, 0),
      scale: number(CTR.scale, 1),
    };
    checkCtr(ctr, tables[table], part);
    return { ctr, borders: entry.floats(layout.CTR_FEATURE.borders).map((border) => asFloat(border, part)) };
  });
  return {
    ctrs: entries.map(({ ctr }) => ctr),
    ctrTables: [...tables],
    ctrBorders: entries.map(({ borders }) => borders),
  };
}

/** One bias an output; older files have a single one. */
function readBias(trees: FlatTable, outputs: number): Float64Array {
  const several = trees.doubles(layout.TREES.multiBias);
  const bias = several.length > 0 ? several : [trees.double(layout.TREES.bias)];
  for (const value of bias) asFinite(value, 'bias');
  if (bias.length !== outputs && bias.some((value) => value !== 0)) {
    throw damaged('bias', `${bias.length} values for ${outputs} outputs`);
  }
  return Float64Array.from({ length: outputs }, (_, k) => bias[k] ?? 0);
}

function readInfo(core: FlatTable): Record<string, unknown> {
  const { key, value } = layout.KEY_VALUE;
  return Object.fromEntries(
    core.tables(layout.CORE.info).map((entry) => [entry.text(key) ?? '', entry.text(value) ?? '']),
  );
}
