/** K-fold for rows in time: contiguous test parts, training rows purged on both sides by the spans of their labels, an embargo after. */
import { lazySchema, type ZodType } from '../core/schema.js';
import { assertTrainLeft, purgedFold } from './purged-train.js';
import { assertEnough, eachFold, type Fold, type SplitData, type Splitter } from './splitter.js';
import { barCount, cutEvenly, timelineOf } from './timeline.js';

/** Parts, embargo and horizon of `PurgedKFold`. */
export interface PurgedKFoldOptions {
  /** Parts, at least 2. Default 5. */
  folds?: number;
  /** After each test part: below 1 a share of the rows, else milliseconds (without `times`: rows). Default 0. */
  embargo?: number;
  /** Bars that a label looks ahead, where the data has no `labelEnds`. Default 0. */
  horizon?: number;
}

const purgedKFoldOptions = lazySchema(
  (z) =>
    z.strictObject({
      folds: z.int().min(2).default(5),
      embargo: z.number().min(0).default(0),
      horizon: z.int().min(0).default(0),
    }) as unknown as ZodType<Required<PurgedKFoldOptions>, PurgedKFoldOptions>,
);

/**
 * Rows in time order, cut into `folds` parts of equal size (a cut moves to the nearest change of time: rows of one time stay together). Each
 * part is tested once, by all other rows but
 * - those whose label span [time, labelEnd] meets the span of a test row, on either side (closed spans: touching counts);
 * - those in the embargo: their time is after the last label of the test part is known, by at most `embargo` milliseconds, or they are among
 *   the `ceil(embargo * rows)` rows that follow (with all rows of the last one's time).
 *
 * Every row is tested exactly once. Rows come in time order. M. López de Prado, Advances in Financial Machine Learning (2018), chapter 7.
 *
 * @example
 * const splitter = new PurgedKFold({ folds: 5, embargo: 0.01 });
 * for (const { train, test } of splitter.split({ rows, times, labelEnds })) ...
 */
export class PurgedKFold implements Splitter {
  readonly folds: number;
  private readonly options: Required<PurgedKFoldOptions>;

  /** @throws ConfigError - an unknown option, or one out of range */
  constructor(options: PurgedKFoldOptions = {}) {
    this.options = purgedKFoldOptions.parse(options, 'PurgedKFold');
    this.folds = this.options.folds;
  }

  get splits(): number {
    return this.folds;
  }

  /**
   * @throws InvalidInputError - more folds than distinct times, a label that ends before its row's time, mismatched lengths; and, when that
   *   fold is asked for, purge and embargo that leave nothing to train on
   */
  split(data: SplitData): Iterable<Fold> {
    const { folds, embargo, horizon } = this.options;
    const timeline = timelineOf(data, horizon, 'PurgedKFold');
    assertEnough(folds, barCount(timeline), data.times ? 'distinct times' : 'rows', 'PurgedKFold');
    const cuts = cutEvenly(timeline, folds);
    return eachFold(function* () {
      for (let f = 0; f < folds; f++) {
        const fold = purgedFold(timeline, [{ from: cuts[f], to: cuts[f + 1] }], embargo);
        yield assertTrainLeft(fold, f, folds, 'PurgedKFold');
      }
    });
  }
}
