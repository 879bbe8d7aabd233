/** `BlendingModel`: a model that learns from what others say of a later slice of the training rows. */
import type { FitContext, FitData, ModelContract, ModelInputMatrix } from '../../model/types.js';
import type { Fold } from '../../splits/splitter.js';
import { laterSlice } from '../held-out.js';
import { MetaEnsemble } from '../meta-ensemble.js';
import { type BlendingConfig, type BlendingSettings, blendingConfig } from './config.js';
import { BLENDING_INFO } from './info.js';

export type { BlendingConfig } from './config.js';

/**
 * Stacking with one fold: members are trained on the earlier rows, without those whose labels reach into the later slice, and the meta-model
 * on their predictions of that slice. One training a member, always from the past to the future.
 *
 * @example
 * const model = new BlendingModel({ members: ['lightgbm', 'catboost', 'logistic'], holdShare: 0.25 });
 * await model.fit({ X, y, times, labelEnds });
 */
export class BlendingModel extends MetaEnsemble<BlendingSettings> {
  static override readonly info = BLENDING_INFO;
  static override readonly configSchema = blendingConfig;
  static override readonly contract: ModelContract = {
    config: { members: ['ridge', { model: 'ridge', config: { alpha: 30 } }] },
    skips: {
      'classification: whole weights equal repetition': 'the slice of the meta-model is cut by rows',
    },
  };

  /** @throws ConfigError - an unknown key or model, or one out of range */
  constructor(config: BlendingConfig = {}) {
    super(config);
  }

  protected override foldsFor(
    data: FitData<ModelInputMatrix>,
    _context: FitContext,
    warnings: string[],
  ): readonly Fold[] {
    const { holdShare, horizon } = this.config;
    return laterSlice(data, holdShare, horizon, warnings);
  }
}
