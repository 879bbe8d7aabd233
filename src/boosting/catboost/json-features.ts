/** The `features_info` and `ctr_data` of a CatBoost JSON model: columns, target statistics and their tables. */
import { shown } from '../../core/text.js';
import { checkCtr, isCounter, isMean, tableKey } from './ctr-check.js';
import {
  type CategoricalFeature,
  CTR_TYPES,
  type Ctr,
  type CtrTable,
  type CtrType,
  type FloatFeature,
  type Projection,
} from './ensemble.js';
import { damaged, MOST_FEATURES, type UsedConditions, unsupported } from './format.js';
import { asFinite, asFloat, asInt32, asInteger, asList, asObject, asText, type JsonObject } from './json-values.js';

export interface FeaturesInfo extends UsedConditions {
  features: number;
  featureNames: string[];
  floatFeatures: FloatFeature[];
  categoricalFeatures: CategoricalFeature[];
  ctrs: Ctr[];
  ctrTables: CtrTable[];
}

const NAN = ['AsIs', 'AsFalse', 'AsTrue'] as const;
const EMPTY_SLOT = '18446744073709551615';

/** Reads the columns and statistics; borders and one-hot values come in the order in which trees number them. */
export function readFeatures(info: JsonObject, ctrData: unknown): FeaturesInfo {
  for (const key of ['text_features', 'embedding_features', 'estimated_features']) {
    if (asList(info[key], key).length > 0) throw unsupported(key.replace('_', ' '));
  }
  const columns = new Map<number, string>();
  const floats = asList(info.float_features, 'float_features').map((value, i) => {
    const part = `float_features, ${i}`;
    const entry = asObject(value, part);
    const nan = NAN.find((name) => name === (entry.nan_value_treatment ?? 'AsIs'));
    if (!nan) throw damaged(part, `nan_value_treatment is '${shown(entry.nan_value_treatment)}'`);
    const borders = asList(entry.borders, part).map((border) => asFloat(border, `${part}, borders`));
    checkPosition(entry, i, part);
    return { feature: { column: takeColumn(entry, columns, part), hasNans: entry.has_nans === true, nan }, borders };
  });
  const categories = asList(info.categorical_features, 'categorical_features').map((value, i) => {
    const part = `categorical_features, ${i}`;
    const entry = asObject(value, part);
    const values = asList(entry.values, part).map((item) => asInt32(item, `${part}, values`));
    checkPosition(entry, i, part);
    return { feature: { column: takeColumn(entry, columns, part) }, values };
  });
  const floatFeatures = floats.map(({ feature }) => feature);
  const categoricalFeatures = categories.map(({ feature }) => feature);
  const features = [...columns.keys()].reduce((most, column) => Math.max(most, column + 1), 0);
  if (columns.size !== features) throw damaged('features_info', `${columns.size} of ${features} columns are described`);
  const sizes = { floats: floats.length, categories: categories.length };
  const tables = new TableBook(ctrData, sizes);
  const ctrs = asList(info.ctrs, 'ctrs').map((value, i) => readCtr(asObject(value, `ctrs, ${i}`), i, tables, sizes));
  return {
    features,
    featureNames: Array.from({ length: features }, (_, column) => columns.get(column) ?? String(column)),
    floatFeatures,
    categoricalFeatures,
    ctrs: ctrs.map(({ ctr }) => ctr),
    ctrTables: tables.used,
    floatBorders: floats.map(({ borders }) => borders),
    oneHotValues: categories.map(({ values }) => values),
    ctrBorders: ctrs.map(({ borders }) => borders),
  };
}

/** CatBoost numbers features of a kind 0, 1, ...; its statistics refer to them by that number. */
function checkPosition(entry: JsonObject, i: number, part: string): void {
  const index = asInteger(entry.feature_index, `${part}, feature_index`);
  if (index !== i) throw damaged(`${part}, feature_index`, `${index} is at place ${i}`);
}

function takeColumn(entry: JsonObject, columns: Map<number, string>, part: string): number {
  const column = asInteger(entry.flat_feature_index, `${part}, flat_feature_index`, 0, MOST_FEATURES - 1);
  if (columns.has(column)) throw damaged(part, `column ${column} occurs twice`);
  const name = entry.feature_id ?? entry.feature_name;
  columns.set(column, name === undefined || name === '' ? String(column) : asText(name, `${part}, feature_id`));
  return column;
}

interface Sizes {
  floats: number;
  categories: number;
}

function readCtr(entry: JsonObject, i: number, tables: TableBook, sizes: Sizes): { ctr: Ctr; borders: number[] } {
  const part = `ctrs, ${i}`;
  const type = readType(entry.ctr_type, part);
  const classifier = asInteger(entry.target_border_classifier_idx ?? 0, part);
  const projection = readProjection(entry.elements, `${part}, elements`, sizes);
  const table = tables.find({ type, projection, classifier }, part);
  const ctr: Ctr = {
    table,
    targetBorder: asInteger(entry.target_border_idx, `${part}, target_border_idx`),
    priorNumerator: asFloat(entry.prior_numerator, `${part}, prior_numerator`),
    // The misspelt key is CatBoost's.
    priorDenominator: asFloat(entry.prior_denomerator, `${part}, prior_denomerator`),
    shift: asFloat(entry.shift, `${part}, shift`),
    scale: asFloat(entry.scale, `${part}, scale`),
  };
  checkCtr(ctr, tables.used[table], part);
  return { ctr, borders: asList(entry.borders, part).map((border) => asFloat(border, `${part}, borders`)) };
}

function readType(value: unknown, part: string): CtrType {
  const type = CTR_TYPES.find((name) => name === value);
  if (!type) throw damaged(part, `type '${shown(value)}' is unknown`);
  return type;
}

function readProjection(value: unknown, part: string, sizes: Sizes): Projection {
  const projection: Projection = { categories: [], floatConditions: [], oneHotConditions: [] };
  for (const item of asList(value, part)) {
    const element = asObject(item, part);
    const category = () => asInteger(element.cat_feature_index, part, 0, sizes.categories - 1);
    switch (element.combination_element) {
      case 'cat_feature_value':
        projection.categories.push(category());
        break;
      case 'float_feature':
        projection.floatConditions.push({
          feature: asInteger(element.float_feature_index, part, 0, sizes.floats - 1),
          border: asFloat(element.border, part),
        });
        break;
      case 'cat_feature_exact_value':
        projection.oneHotConditions.push({ feature: category(), value: asInt32(element.value, part) });
        break;
      default:
        throw damaged(part, `element '${shown(element.combination_element)}' is unknown`);
    }
  }
  return projection;
}

/** The tables of `ctr_data`, read when a statistic asks for them. */
class TableBook {
  readonly used: CtrTable[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly entries = new Map<
    string,
    { table: Pick<CtrTable, 'type' | 'projection' | 'classifier'>; value: unknown }
  >();

  constructor(ctrData: unknown, sizes: Sizes) {
    if (ctrData === undefined || ctrData === null) return;
    for (const [name, value] of Object.entries(asObject(ctrData, 'ctr_data'))) {
      const part = 'ctr_data, key';
      const key = asObject(parseJson(name, part), part);
      const table = {
        type: readType(key.type, part),
        projection: readProjection(key.identifier, part, sizes),
        classifier: asInteger(key.target_border_classifier_idx ?? 0, part),
      };
      this.entries.set(tableKey(table), { table, value });
    }
  }

  find(wanted: Pick<CtrTable, 'type' | 'projection' | 'classifier'>, part: string): number {
    const key = tableKey(wanted);
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    const entry = this.entries.get(key);
    if (!entry) throw damaged(part, 'its table is missing in ctr_data');
    this.numbers.set(key, this.used.length);
    return this.used.push(readTable(entry.table, asObject(entry.value, 'ctr_data'))) - 1;
  }
}

function readTable(about: Pick<CtrTable, 'type' | 'projection' | 'classifier'>, entry: JsonObject): CtrTable {
  const part = 'ctr_data, hash_map';
  const stride = asInteger(entry.hash_stride, 'ctr_data, hash_stride', 2, 1 << 20);
  const mean = isMean(about.type);
  if ((mean && stride !== 3) || (isCounter(about.type) && stride !== 2)) {
    throw damaged('ctr_data, hash_stride', `${stride} for ${about.type}`);
  }
  const cells = asList(entry.hash_map, part);
  if (cells.length % stride !== 0) throw damaged(part, `${cells.length} cells are no multiple of ${stride}`);
  const starts: number[] = [];
  for (let at = 0; at < cells.length; at += stride) if (cells[at] !== EMPTY_SLOT) starts.push(at);
  const classes = mean ? 1 : stride - 1;
  const counts = new Int32Array(starts.length * classes);
  starts.forEach((at, i) => {
    const first = at + (mean ? 2 : 1);
    for (let k = 0; k < classes; k++) counts[i * classes + k] = asInteger(cells[first + k], part);
  });
  return {
    ...about,
    hashes: BigUint64Array.from(starts, (at) => readHash(cells[at], part)),
    counts,
    classes,
    ...(mean ? { sums: Float32Array.from(starts, (at) => asFinite(cells[at + 1], part)) } : {}),
    denominator: asInteger(entry.counter_denominator ?? 0, 'ctr_data, counter_denominator'),
  };
}

/** Hashes are written as text, for they are more than a double holds. */
function readHash(value: unknown, part: string): bigint {
  if (typeof value !== 'string' || !/^\d{1,20}$/.test(value)) throw damaged(part, 'a hash is no text of digits');
  const hash = BigInt(value);
  if (hash >= 2n ** 64n) throw damaged(part, 'a hash has more than 64 bits');
  return hash;
}

export function parseJson(text: string, part: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw damaged(part, `is no JSON (${error instanceof Error ? error.message : String(error)})`);
  }
}
