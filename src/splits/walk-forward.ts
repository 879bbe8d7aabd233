/** Training on the past, testing on what comes next, again and again: an expanding or a rolling window. */
import { InvalidInputError } from '../core/errors.js';
import { lazySchema, type ZodType } from '../core/schema.js';
import { assertTrainLeft } from './purged-train.js';
import { eachFold, type Fold, type SplitData, type Splitter } from './splitter.js';
import { barCount, type Timeline, timelineOf } from './timeline.js';

/** Window, sizes, gap and horizon of `WalkForward`. */
export interface WalkForwardOptions {
  /** Test parts. Default 5. */
  folds?: number;
  /** Train on all earlier bars, or on the last `trainSize` ones. Default `'expanding'`. */
  window?: 'expanding' | 'rolling';
  /** Bars to train on: of every window, or of an expanding one at least. Default: those before the first test part. */
  trainSize?: number;
  /** Bars of each test part. Default: `bars / (folds + 1)`, or with a `trainSize` what is left of the bars divided by `folds`, rounded down. */
  testSize?: number;
  /** Bars left out between train and test. Default 0. */
  gap?: number;
  /** Bars that a label looks ahead, where the data has no `labelEnds`. Default 0. */
  horizon?: number;
}

type Settings = WalkForwardOptions & Required<Pick<WalkForwardOptions, 'folds' | 'window' | 'gap' | 'horizon'>>;

const walkForwardOptions = lazySchema(
  (z) =>
    z.strictObject({
      folds: z.int().min(1).default(5),
      window: z.enum(['expanding', 'rolling']).default('expanding'),
      trainSize: z.int().min(1).optional(),
      testSize: z.int().min(1).optional(),
      gap: z.int().min(0).default(0),
      horizon: z.int().min(0).default(0),
    }) as unknown as ZodType<Settings, WalkForwardOptions>,
);

/**
 * The last `folds * testSize` bars (distinct times; without `times`, rows) are tested, each exactly once, part after part. Each part is
 * predicted from bars that lie before it by more than `gap`; training rows whose label is known only when the part has begun are purged.
 * The bars are those of scikit-learn's `TimeSeriesSplit` (`n_splits`, `max_train_size`, `test_size`, `gap`). Rows come in time order.
 *
 * @example
 * new WalkForward({ folds: 8, window: 'rolling', trainSize: 500, testSize: 60, gap: 5 }).split({ rows, times, labelEnds });
 */
export class WalkForward implements Splitter {
  readonly folds: number;
  private readonly options: Settings;

  /** @throws ConfigError - an unknown option, or one out of range */
  constructor(options: WalkForwardOptions = {}) {
    this.options = walkForwardOptions.parse(options, 'WalkForward');
    this.folds = this.options.folds;
  }

  get splits(): number {
    return this.folds;
  }

  /**
   * @throws InvalidInputError - too few bars, a label that ends before its row's time, mismatched lengths; and, when that fold is asked for,
   *   a purge that leaves nothing to train on
   */
  split(data: SplitData): Iterable<Fold> {
    const { folds, gap, window } = this.options;
    const timeline = timelineOf(data, this.options.horizon, 'WalkForward');
    const bars = barCount(timeline);
    const testSize = this.testSizeOf(bars);
    const first = bars - folds * testSize;
    const trainSize = this.options.trainSize ?? (window === 'rolling' ? first - gap : 1);
    if (testSize < 1 || first - gap < Math.max(trainSize, 1)) throw this.tooFew(bars, testSize);
    return eachFold(function* () {
      for (let f = 0; f < folds; f++) {
        const test = first + f * testSize;
        const end = test - gap;
        const train = { from: window === 'rolling' ? end - trainSize : 0, to: end };
        yield assertTrainLeft(foldOf(timeline, train, { from: test, to: test + testSize }), f, folds, 'WalkForward');
      }
    });
  }

  private testSizeOf(bars: number): number {
    const { folds, gap, trainSize, testSize } = this.options;
    if (testSize !== undefined) return testSize;
    return Math.floor(trainSize === undefined ? bars / (folds + 1) : (bars - gap - trainSize) / folds);
  }

  private tooFew(bars: number, testSize: number): InvalidInputError {
    const { folds, gap, trainSize } = this.options;
    return new InvalidInputError(
      `WalkForward: ${bars} bars are too few for ${folds} test parts of ${Math.max(testSize, 1)}, a gap of ${gap} and ${trainSize ?? 1} to train on`,
      { hint: 'Use fewer folds, smaller sizes or more rows.', details: { bars, folds, testSize, gap, trainSize } },
    );
  }
}

/** Rows of the bars `from` .. `to`-1. */
function rowsOf({ order, bars }: Timeline, { from, to }: { from: number; to: number }): Uint32Array {
  return order.slice(bars[from], bars[to]);
}

function foldOf(timeline: Timeline, train: { from: number; to: number }, test: { from: number; to: number }): Fold {
  const { times, order, bars, ends } = timeline;
  const begin = times[order[bars[test.from]]];
  return { train: rowsOf(timeline, train).filter((row) => ends[row] < begin), test: rowsOf(timeline, test) };
}
