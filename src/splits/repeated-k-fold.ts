/** K-fold again and again, shuffled anew each time: steadier means, where rows have no order in time. */
import { deriveSeed } from '../core/random.js';
import { lazySchema, type ZodType } from '../core/schema.js';
import { KFold } from './k-fold.js';
import { eachFold, type Fold, type SplitData, type Splitter } from './splitter.js';
import { StratifiedKFold } from './stratified-k-fold.js';

/** Parts, repeats and seed of `RepeatedKFold` and `RepeatedStratifiedKFold`. */
export interface RepeatedKFoldOptions {
  /** Parts, at least 2. Default 5. */
  folds?: number;
  /** How often the rows are cut. Default 10. */
  repeats?: number;
  /** Default 42. */
  seed?: number;
}

const repeatedOptions = lazySchema(
  (z) =>
    z.strictObject({
      folds: z.int().min(2).default(5),
      repeats: z.int().min(1).default(10),
      seed: z.int().min(0).default(42),
    }) as unknown as ZodType<Required<RepeatedKFoldOptions>, RepeatedKFoldOptions>,
);

abstract class Repeated implements Splitter {
  readonly folds: number;
  readonly repeats: number;
  private readonly seed: number;

  constructor(options: RepeatedKFoldOptions, what: string) {
    const { folds, repeats, seed } = repeatedOptions.parse(options, what);
    this.folds = folds;
    this.repeats = repeats;
    this.seed = seed;
  }

  get splits(): number {
    return this.folds * this.repeats;
  }

  /** The folds of every repeat, one after the other. */
  split(data: SplitData): Iterable<Fold> {
    const rounds = Array.from({ length: this.repeats }, (_, r) => this.round(deriveSeed(this.seed, 'repeat', r)));
    // Every round checks the same data: the first says what is wrong with it, at once.
    rounds[0].split(data);
    return eachFold(function* () {
      for (const round of rounds) yield* round.split(data);
    });
  }

  /** The splitter of one repeat. */
  protected abstract round(seed: number): Splitter;
}

/**
 * `repeats` shuffled `KFold`s: every row is tested `repeats` times, once in each run of `folds` folds.
 *
 * @example
 * new RepeatedKFold({ folds: 5, repeats: 10, seed: 1 }).split({ rows: 200 }); // 50 folds
 */
export class RepeatedKFold extends Repeated {
  /** @throws ConfigError - an unknown option, or one out of range */
  constructor(options: RepeatedKFoldOptions = {}) {
    super(options, 'RepeatedKFold');
  }

  protected override round(seed: number): Splitter {
    return new KFold({ folds: this.folds, shuffle: true, seed });
  }
}

/** `repeats` shuffled `StratifiedKFold`s: every row is tested `repeats` times, and every fold has its share of each class. */
export class RepeatedStratifiedKFold extends Repeated {
  /** @throws ConfigError - an unknown option, or one out of range */
  constructor(options: RepeatedKFoldOptions = {}) {
    super(options, 'RepeatedStratifiedKFold');
  }

  protected override round(seed: number): Splitter {
    return new StratifiedKFold({ folds: this.folds, shuffle: true, seed });
  }
}
