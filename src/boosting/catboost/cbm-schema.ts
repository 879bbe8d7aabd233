/**
 * Layout of CatBoost's binary model: `CBM1`, the length of the core (uint32), the core (a FlatBuffer `TModelCore`), and, where the
 * model has target statistics, their number and tables, each a length (uint32) and a FlatBuffer `TCtrValueTable`.
 * Numbers of fields are those of https://github.com/catboost/catboost, catboost/libs/model/flatbuffers.
 */

export const MAGIC = 'CBM1';
export const FORMAT = 'FlabuffersModel_v1';
export const CTR_PART = 'static_provider_v1';

export const CORE = { format: 0, trees: 1, info: 2, parts: 3 } as const;
export const KEY_VALUE = { key: 0, value: 1 } as const;
export const TREES = {
  outputs: 0,
  splits: 1,
  sizes: 2,
  starts: 3,
  categorical: 4,
  float: 5,
  oneHot: 6,
  ctrs: 7,
  leafValues: 8,
  leafWeights: 9,
  steps: 10,
  nodeLeaves: 11,
  text: 12,
  estimated: 13,
  scale: 14,
  bias: 15,
  multiBias: 16,
  embedding: 18,
} as const;
export const FLOAT = { hasNans: 0, index: 1, column: 2, borders: 3, name: 4, nan: 5 } as const;
export const CATEGORICAL = { index: 0, column: 1, name: 2, used: 3 } as const;
export const ONE_HOT = { index: 0, values: 1 } as const;
export const CTR_FEATURE = { ctr: 0, borders: 1 } as const;
export const CTR = { base: 0, targetBorder: 1, numerator: 2, denominator: 3, shift: 4, scale: 5 } as const;
export const CTR_BASE = { projection: 0, type: 1, classifier: 2 } as const;
export const PROJECTION = { categories: 0, floats: 1, oneHots: 2 } as const;
export const TABLE = { base: 0, hashes: 1, values: 2, denominator: 3, classes: 4 } as const;

/** In the order of their numbers in the file. */
export const NAN_TREATMENTS = ['AsIs', 'AsFalse', 'AsTrue'] as const;
/** Bytes of an entry of a table: hash (uint64), row (uint32). */
export const BUCKET_BYTES = 12;
export const EMPTY_HASH = 2n ** 64n - 1n;
