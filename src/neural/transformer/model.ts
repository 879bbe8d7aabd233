/** `TransformerModel`: a transformer encoder (Vaswani et al., 2017) behind the contract of all models. */

import type { ModelContract } from '../../model/types.js';
import { NeuralModel } from '../neural-model.js';
import { QUICK, ROWS_IN_BATCHES } from '../quick-config.js';
import { type TransformerConfig, type TransformerSettings, transformerConfig } from './config.js';
import { TRANSFORMER_INFO } from './info.js';

export type { TransformerConfig } from './config.js';

/**
 * A transformer encoder (Vaswani et al., 2017) over windows of rows: self-attention and feed-forward layers over projected steps, their mean (or the last
 * step, maximum or attention) into one linear output.
 *
 * @example
 * const model = new TransformerModel({ hiddenSize: 64, numHeads: 4, numLayers: 2 });
 * await model.fit({ X: windows, y });
 * const { probabilities } = await model.predict(windows);
 */
export class TransformerModel extends NeuralModel<TransformerSettings> {
  static override readonly info = TRANSFORMER_INFO;
  static override readonly configSchema = transformerConfig;
  static override readonly contract: ModelContract = {
    config: { ...QUICK, hiddenSize: 8, numHeads: 2, numLayers: 1, feedForwardSize: 8 },
    skips: ROWS_IN_BATCHES,
  };

  /** @throws ConfigError - an unknown parameter, one out of range, or one under two names */
  constructor(config: TransformerConfig = {}) {
    super(config);
  }
}
