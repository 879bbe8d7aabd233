/** `StackingModel`: a model that learns from out-of-fold predictions of others. */
import { InvalidInputError } from '../../core/errors.js';
import type {
  FitContext,
  FitData,
  FitOptions,
  ModelContract,
  ModelInputMatrix,
  TrainingData,
  TrainingMetrics,
} from '../../model/types.js';
import type { Fold, Splitter } from '../../splits/splitter.js';
import { foldsOf, stackingFolds } from '../held-out.js';
import { MetaEnsemble } from '../meta-ensemble.js';
import { type StackingConfig, type StackingSettings, stackingConfig } from './config.js';
import { STACKING_INFO } from './info.js';

export type { StackingConfig } from './config.js';

/** `fit` takes a splitter of your own, in place of the config's folds. */
export interface StackingFitOptions extends FitOptions {
  splitter?: Splitter;
}

/**
 * Stacked generalisation (Wolpert, 1992): every member predicts each part of the rows after training on the others, purged in time; the
 * meta-model learns from these predictions, and combines those of members trained on all rows.
 *
 * @example
 * const model = new StackingModel({ members: ['lightgbm', 'random_forest', 'logistic'], embargo: 0.01 });
 * await model.fit({ X, y, times, labelEnds });
 * model.memberScores; // each member alone, out of fold
 */
export class StackingModel extends MetaEnsemble<StackingSettings> {
  static override readonly info = STACKING_INFO;
  static override readonly configSchema = stackingConfig;
  static override readonly contract: ModelContract = {
    config: { folds: 2, members: ['ridge', { model: 'ridge', config: { alpha: 30 } }] },
    skips: {
      'whole weights equal repetition': 'folds are cut by rows, and a repeated row can lie in two of them',
    },
  };

  /** @throws ConfigError - an unknown key or model, or one out of range */
  constructor(config: StackingConfig = {}) {
    super(config);
  }

  /** As of every model, with out-of-fold predictions by `options.splitter` where one is given. */
  override fit(data: TrainingData, options: StackingFitOptions = {}): Promise<TrainingMetrics> {
    return super.fit(data, options);
  }

  protected override foldsFor(
    data: FitData<ModelInputMatrix>,
    { options, seed }: FitContext,
    warnings: string[],
  ): readonly Fold[] {
    const { splitter } = options as StackingFitOptions;
    if (splitter) return foldsOf(splitter, data, warnings);
    if (this.config.foldKind === 'groups' && !data.groups) {
      throw new InvalidInputError("stacking: foldKind 'groups' needs the group of each row", {
        hint: 'fit({ X, y, groups })',
      });
    }
    return stackingFolds(data, this.config, seed, warnings);
  }
}
