/** `HybridModel`: windows and features beside them, behind the contract of all models. */

import type { ModelContract } from '../../model/types.js';
import { NeuralModel } from '../neural-model.js';
import { QUICK, ROWS_IN_BATCHES } from '../quick-config.js';
import { type HybridConfig, type HybridSettings, hybridConfig } from './config.js';
import { HYBRID_INFO } from './info.js';

export type { HybridConfig } from './config.js';

/**
 * A network of two branches, fitted jointly: an encoder (lstm, gru or cnn1d) makes a vector of each window, layers of their own read the
 * features beside it, and a head reads both. Given windows or rows alone, the last row of each window is its features.
 *
 * @example
 * const model = new HybridModel({ encoder: 'gru', featureSizes: [32] });
 * await model.fit({ X: { features, sequences }, y });
 */
export class HybridModel extends NeuralModel<HybridSettings> {
  static override readonly info = HYBRID_INFO;
  static override readonly configSchema = hybridConfig;
  static override readonly contract: ModelContract = {
    config: { ...QUICK, encoder: 'gru', hiddenSize: 4, featureSizes: [6], headSizes: [] },
    skips: ROWS_IN_BATCHES,
  };

  /** @throws ConfigError - an unknown parameter, one out of range, or one under two names */
  constructor(config: HybridConfig = {}) {
    super(config);
  }
}
