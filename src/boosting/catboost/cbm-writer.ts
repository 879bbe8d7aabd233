/** Writes CatBoost's binary model (.cbm): Python opens it by `CatBoost().load_model(file)` and predicts the same. */
import { LIBRARY_VERSION } from '../../core/version.js';
import * as layout from './cbm-schema.js';
import { layOutTrees } from './cbm-tree-layout.js';
import { type CatBoostEnsemble, type CatBoostFile, CTR_TYPES, type CtrTable } from './ensemble.js';
import { type FlatField, FlatWriter } from './flat-writer.js';
import { conditionNumbers, usedConditions } from './format.js';
import { modelInfo } from './model-info.js';

/** The whole file. */
export function formatCbm(file: CatBoostFile): Uint8Array {
  const core = formatCore(file);
  const tables = file.ensemble.ctrTables.map(formatTable);
  const parts =
    tables.length > 0 ? [uint32(tables.length), ...tables.flatMap((table) => [uint32(table.length), table])] : [];
  return concatenated([new TextEncoder().encode(layout.MAGIC), uint32(core.length), core, ...parts]);
}

const reference = (field: number, value: number): FlatField => ({ field, as: 'reference', value });
const int = (field: number, value: number): FlatField => ({ field, as: 'int', value });
const byte = (field: number, value: number): FlatField => ({ field, as: 'byte', value });
const float = (field: number, value: number): FlatField => ({ field, as: 'float', value });

function formatCore(file: CatBoostFile): Uint8Array {
  const { CORE, KEY_VALUE } = layout;
  const writer = new FlatWriter();
  const info = Object.entries(modelInfo(file, LIBRARY_VERSION))
    // CatBoost looks keys up by bisection.
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) =>
      writer.table([
        reference(KEY_VALUE.key, writer.text(key)),
        reference(KEY_VALUE.value, writer.text(typeof value === 'string' ? value : JSON.stringify(value))),
      ]),
    );
  const parts = file.ensemble.ctrTables.length > 0 ? [writer.text(layout.CTR_PART)] : [];
  return writer.finish(
    writer.table([
      reference(CORE.format, writer.text(layout.FORMAT)),
      reference(CORE.trees, formatTrees(writer, file)),
      reference(CORE.info, writer.references(info)),
      reference(CORE.parts, writer.references(parts)),
    ]),
  );
}

function formatTrees(writer: FlatWriter, { ensemble, featureNames }: CatBoostFile): number {
  const { TREES, FLOAT, CATEGORICAL, ONE_HOT, CTR_FEATURE } = layout;
  const used = usedConditions(ensemble);
  const trees = layOutTrees(ensemble, conditionNumbers(used));
  const inTables = new Set(ensemble.ctrTables.flatMap(({ projection }) => projection.categories));
  const floats = ensemble.floatFeatures.map(({ column, hasNans, nan }, i) =>
    writer.table([
      byte(FLOAT.hasNans, hasNans ? 1 : 0),
      int(FLOAT.index, i),
      int(FLOAT.column, column),
      reference(FLOAT.borders, writer.floats(used.floatBorders[i])),
      reference(FLOAT.name, writer.text(featureNames[column])),
      byte(FLOAT.nan, layout.NAN_TREATMENTS.indexOf(nan)),
    ]),
  );
  const categorical = ensemble.categoricalFeatures.map(({ column }, i) =>
    writer.table([
      int(CATEGORICAL.index, i),
      int(CATEGORICAL.column, column),
      reference(CATEGORICAL.name, writer.text(featureNames[column])),
      byte(CATEGORICAL.used, used.oneHotValues[i].length > 0 || inTables.has(i) ? 1 : 0),
    ]),
  );
  const oneHot = used.oneHotValues.flatMap((values, i) =>
    values.length === 0 ? [] : [writer.table([int(ONE_HOT.index, i), reference(ONE_HOT.values, writer.ints(values))])],
  );
  const ctrs = ensemble.ctrs.map((_, i) =>
    writer.table([
      reference(CTR_FEATURE.ctr, formatCtr(writer, ensemble, i)),
      reference(CTR_FEATURE.borders, writer.floats(used.ctrBorders[i])),
    ]),
  );
  return writer.table([
    int(TREES.outputs, ensemble.outputs),
    reference(TREES.splits, writer.ints(trees.splits)),
    reference(TREES.sizes, writer.ints(trees.sizes)),
    reference(TREES.starts, writer.ints(trees.starts)),
    reference(TREES.categorical, writer.references(categorical)),
    reference(TREES.float, writer.references(floats)),
    reference(TREES.oneHot, writer.references(oneHot)),
    reference(TREES.ctrs, writer.references(ctrs)),
    reference(TREES.leafValues, writer.doubles(trees.leafValues)),
    reference(TREES.leafWeights, writer.doubles(trees.leafWeights)),
    ...(trees.steps
      ? [
          reference(TREES.steps, writer.vector(new Uint8Array(Uint16Array.from(trees.steps).buffer), 4)),
          reference(TREES.nodeLeaves, writer.ints(trees.nodeLeaves)),
        ]
      : []),
    { field: TREES.scale, as: 'double', value: ensemble.scale },
    reference(TREES.multiBias, writer.doubles(ensemble.bias)),
  ]);
}

function formatCtr(writer: FlatWriter, { ctrs, ctrTables }: CatBoostEnsemble, i: number): number {
  const { CTR } = layout;
  const ctr = ctrs[i];
  return writer.table([
    reference(CTR.base, formatBase(writer, ctrTables[ctr.table])),
    int(CTR.targetBorder, ctr.targetBorder),
    float(CTR.numerator, ctr.priorNumerator),
    float(CTR.denominator, ctr.priorDenominator),
    float(CTR.shift, ctr.shift),
    float(CTR.scale, ctr.scale),
  ]);
}

function formatBase(writer: FlatWriter, { type, projection, classifier }: CtrTable): number {
  const { CTR_BASE, PROJECTION } = layout;
  const { categories, floatConditions, oneHotConditions } = projection;
  const pairs = new DataView(new ArrayBuffer(8 * floatConditions.length));
  floatConditions.forEach(({ feature, border }, i) => {
    pairs.setInt32(8 * i, feature, true);
    pairs.setFloat32(8 * i + 4, border, true);
  });
  const elements = writer.table([
    reference(PROJECTION.categories, writer.ints(categories)),
    reference(PROJECTION.floats, writer.vector(new Uint8Array(pairs.buffer), 8)),
    reference(
      PROJECTION.oneHots,
      writer.vector(
        new Uint8Array(Int32Array.from(oneHotConditions.flatMap(({ feature, value }) => [feature, value])).buffer),
        8,
      ),
    ),
  ]);
  return writer.table([
    reference(CTR_BASE.projection, elements),
    byte(CTR_BASE.type, CTR_TYPES.indexOf(type)),
    int(CTR_BASE.classifier, classifier),
  ]);
}

function formatTable(table: CtrTable): Uint8Array {
  const { TABLE } = layout;
  const { counts, sums, classes, type, denominator } = table;
  const writer = new FlatWriter();
  const values = sums ? meanBytes(sums, counts) : new Uint8Array(counts.buffer, counts.byteOffset, counts.byteLength);
  return writer.finish(
    writer.table([
      reference(TABLE.base, formatBase(writer, table)),
      reference(TABLE.hashes, writer.vector(formatBuckets(table.hashes), 1)),
      reference(TABLE.values, writer.vector(values, 1)),
      int(TABLE.denominator, denominator),
      int(TABLE.classes, type === 'Borders' || type === 'Buckets' ? classes : 0),
    ]),
  );
}

function meanBytes(sums: Float32Array, counts: Int32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * sums.length));
  sums.forEach((sum, i) => {
    view.setFloat32(8 * i, sum, true);
    view.setInt32(8 * i + 4, counts[i], true);
  });
  return new Uint8Array(view.buffer);
}

/** CatBoost's hash table: a power of two places, at most half of them taken, a hash as near as can be after its lowest bits. */
function formatBuckets(hashes: BigUint64Array): Uint8Array {
  let size = 2;
  while (size < 2 * hashes.length) size *= 2;
  const view = new DataView(new ArrayBuffer(size * layout.BUCKET_BYTES));
  const at = (place: number) => place * layout.BUCKET_BYTES;
  for (let place = 0; place < size; place++) view.setBigUint64(at(place), layout.EMPTY_HASH, true);
  hashes.forEach((hash, row) => {
    let place = Number(hash & BigInt(size - 1));
    while (view.getBigUint64(at(place), true) !== layout.EMPTY_HASH) place = (place + 1) & (size - 1);
    view.setBigUint64(at(place), hash, true);
    view.setUint32(at(place) + 8, row, true);
  });
  return new Uint8Array(view.buffer);
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
