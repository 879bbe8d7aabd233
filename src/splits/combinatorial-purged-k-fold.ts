/** Combinatorial purged cross-validation: every choice of test parts, which together make up several backtest paths. */
import { ConfigError } from '../core/errors.js';
import { lazySchema, type ZodType } from '../core/schema.js';
import { BacktestPath } from './backtest-path.js';
import { assertTrainLeft, purgedFold } from './purged-train.js';
import { assertEnough, eachFold, type Fold, type SplitData, type Splitter } from './splitter.js';
import { barCount, cutEvenly, type Timeline, timelineOf } from './timeline.js';

/** Parts, tested parts, embargo and horizon of `CombinatorialPurgedKFold`. */
export interface CombinatorialPurgedKFoldOptions {
  /** Parts the rows are cut into, at least 3. Default 6. */
  folds?: number;
  /** Parts tested at a time, at least 1 and fewer than `folds`. Default 2. */
  testFolds?: number;
  /** After each run of test parts: below 1 a share of the rows, else milliseconds (without `times`: rows). Default 0. */
  embargo?: number;
  /** Bars that a label looks ahead, where the data has no `labelEnds`. Default 0. */
  horizon?: number;
}

const combinatorialOptions = lazySchema(
  (z) =>
    z.strictObject({
      folds: z.int().min(3).default(6),
      testFolds: z.int().min(1).default(2),
      embargo: z.number().min(0).default(0),
      horizon: z.int().min(0).default(0),
    }) as unknown as ZodType<Required<CombinatorialPurgedKFoldOptions>, CombinatorialPurgedKFoldOptions>,
);

/** More models than anyone trains; also keeps the list of choices small. */
const MOST_SPLITS = 100_000;

/**
 * Rows in time order are cut into `folds` parts as by `PurgedKFold`; every choice of `testFolds` of them is tested once, in lexicographic
 * order: C(folds, testFolds) splits. Purge and embargo as there, around every test part. Each row is tested C(folds - 1, testFolds - 1)
 * times, and as many whole backtest paths come out (see `paths`).
 * M. López de Prado, Advances in Financial Machine Learning (2018), chapter 12.
 *
 * @example
 * const splitter = new CombinatorialPurgedKFold({ folds: 6, testFolds: 2, embargo: 0.01 });
 * splitter.splits; // 15
 * splitter.pathCount; // 5
 */
export class CombinatorialPurgedKFold implements Splitter {
  readonly folds: number;
  readonly testFolds: number;
  /** Test parts of each split, ascending; splits in lexicographic order. */
  readonly choices: readonly (readonly number[])[];
  private readonly options: Required<CombinatorialPurgedKFoldOptions>;

  /** @throws ConfigError - an unknown option, one out of range, or more than 100,000 splits */
  constructor(options: CombinatorialPurgedKFoldOptions = {}) {
    this.options = combinatorialOptions.parse(options, 'CombinatorialPurgedKFold');
    const { folds, testFolds } = this.options;
    if (testFolds >= folds) {
      throw new ConfigError(`CombinatorialPurgedKFold: testFolds is ${testFolds}, but there are ${folds} folds`, {
        hint: 'At least one part must be left to train on.',
      });
    }
    const splits = binomial(folds, testFolds);
    if (splits > MOST_SPLITS) {
      throw new ConfigError(`CombinatorialPurgedKFold: ${testFolds} of ${folds} parts make ${splits} splits`, {
        hint: `At most ${MOST_SPLITS} splits; use fewer folds.`,
      });
    }
    this.folds = folds;
    this.testFolds = testFolds;
    this.choices = [...combinations(folds, testFolds)];
  }

  get splits(): number {
    return this.choices.length;
  }

  /** Backtest paths that the splits make up: C(folds - 1, testFolds - 1). */
  get pathCount(): number {
    return (this.splits * this.testFolds) / this.folds;
  }

  /**
   * @throws InvalidInputError - more folds than distinct times, a label that ends before its row's time, mismatched lengths; and, when that
   *   fold is asked for, purge and embargo that leave nothing to train on
   */
  split(data: SplitData): Iterable<Fold> {
    const { timeline, cuts } = this.cut(data);
    const { choices } = this;
    const { embargo } = this.options;
    return eachFold(function* () {
      for (const [s, parts] of choices.entries()) {
        const blocks = parts.map((f) => ({ from: cuts[f], to: cuts[f + 1] }));
        const fold = purgedFold(timeline, blocks, embargo);
        yield assertTrainLeft(fold, s, choices.length, 'CombinatorialPurgedKFold');
      }
    });
  }

  /**
   * The backtest paths: each tests every row once. Path p takes part f from the p-th split (in the order of `split`) that tests f, so every
   * tested part of every split is in exactly one path.
   *
   * @param data - as given to `split`
   */
  paths(data: SplitData): BacktestPath[] {
    const { timeline, cuts } = this.cut(data);
    const testing: number[][] = Array.from({ length: this.folds }, () => []);
    for (const [s, parts] of this.choices.entries()) for (const f of parts) testing[f].push(s);
    return Array.from({ length: this.pathCount }, (_, p) => {
      const parts = testing.map((splits, f) => ({
        part: f,
        split: splits[p],
        rows: timeline.order.slice(cuts[f], cuts[f + 1]),
        offset: this.offsetIn(splits[p], f, cuts),
      }));
      return new BacktestPath(p, timeline.rows, parts);
    });
  }

  /** Where the rows of part `f` begin among the test rows of split `s`. */
  private offsetIn(s: number, f: number, cuts: Uint32Array): number {
    let offset = 0;
    for (const part of this.choices[s]) if (part < f) offset += cuts[part + 1] - cuts[part];
    return offset;
  }

  private cut(data: SplitData): { timeline: Timeline; cuts: Uint32Array } {
    const timeline = timelineOf(data, this.options.horizon, 'CombinatorialPurgedKFold');
    const things = data.times ? 'distinct times' : 'rows';
    assertEnough(this.folds, barCount(timeline), things, 'CombinatorialPurgedKFold');
    return { timeline, cuts: cutEvenly(timeline, this.folds) };
  }
}

/** Ways to choose k of n; exact below 2^53, beyond that a large number. */
export function binomial(n: number, k: number): number {
  let result = 1;
  for (let i = 1; i <= Math.min(k, n - k); i++) result = (result * (n - Math.min(k, n - k) + i)) / i;
  return Math.round(result);
}

/** Choices of k of 0..n-1 in lexicographic order, each ascending. */
export function* combinations(n: number, k: number): Generator<number[]> {
  const chosen = Array.from({ length: k }, (_, i) => i);
  for (;;) {
    yield [...chosen];
    let i = k - 1;
    while (i >= 0 && chosen[i] === n - k + i) i--;
    if (i < 0) return;
    chosen[i]++;
    for (let j = i + 1; j < k; j++) chosen[j] = chosen[j - 1] + 1;
  }
}
