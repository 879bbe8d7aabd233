/** Plain k-fold: contiguous parts, or shuffled ones. For rows without time, entities or label spans. */
import { deriveSeed, Random } from '../core/random.js';
import { lazySchema, type ZodType } from '../core/schema.js';
import {
  assertEnough,
  checkSplitData,
  type Fold,
  foldsOfParts,
  partStart,
  type SplitData,
  type Splitter,
} from './splitter.js';

/** Parts and order of `KFold` and `StratifiedKFold`. */
export interface KFoldOptions {
  /** Parts, at least 2. Default 5. */
  folds?: number;
  /** Rows go to the parts in random order. Default false: in their own order. */
  shuffle?: boolean;
  /** Of the shuffle. Default 42. */
  seed?: number;
}

export const kFoldOptions = lazySchema(
  (z) =>
    z.strictObject({
      folds: z.int().min(2).default(5),
      shuffle: z.boolean().default(false),
      seed: z.int().min(0).default(42),
    }) as unknown as ZodType<Required<KFoldOptions>, KFoldOptions>,
);

/**
 * Every row is tested once; sizes differ by at most one, the first parts have the larger one (as scikit-learn's `KFold`).
 * Rows in time belong into `PurgedKFold` or `WalkForward`: here the past is trained on the future, and labels reach into test rows.
 *
 * @example
 * for (const { train, test } of new KFold({ folds: 5, shuffle: true, seed: 1 }).split({ rows: 100 })) ...
 */
export class KFold implements Splitter {
  readonly folds: number;
  private readonly options: Required<KFoldOptions>;

  /** @throws ConfigError - an unknown option, or one out of range */
  constructor(options: KFoldOptions = {}) {
    this.options = kFoldOptions.parse(options, 'KFold');
    this.folds = this.options.folds;
  }

  get splits(): number {
    return this.folds;
  }

  /** @throws InvalidInputError - more folds than rows */
  split(data: SplitData): Iterable<Fold> {
    checkSplitData(data, 'KFold');
    assertEnough(this.folds, data.rows, 'rows', 'KFold');
    return foldsOfParts(this.partOfRows(data.rows), this.folds);
  }

  private partOfRows(rows: number): Uint32Array {
    const { folds, shuffle, seed } = this.options;
    const order = shuffle ? new Random(deriveSeed(seed, 'k-fold')).permutation(rows) : undefined;
    const part = new Uint32Array(rows);
    for (let f = 0; f < folds; f++) {
      for (let i = partStart(rows, folds, f); i < partStart(rows, folds, f + 1); i++) part[order ? order[i] : i] = f;
    }
    return part;
  }
}
