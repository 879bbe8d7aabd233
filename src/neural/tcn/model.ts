/** `TCNModel`: a temporal convolutional network (Bai, Kolter and Koltun, 2018) behind the contract of all models. */

import type { ModelContract } from '../../model/types.js';
import { NeuralModel } from '../neural-model.js';
import { QUICK, ROWS_IN_BATCHES } from '../quick-config.js';
import { type TCNConfig, type TCNSettings, tcnConfig } from './config.js';
import { TCN_INFO } from './info.js';

export type { TCNConfig } from './config.js';

/**
 * A temporal convolutional network (Bai, Kolter and Koltun, 2018) over windows of rows: residual blocks of dilated causal convolutions, their last step (or its mean, maximum or attention over the steps) into
 * one linear output.
 *
 * @example
 * const model = new TCNModel({ hiddenSize: 32, dilations: [1, 2, 4, 8], sequenceLength: 60 });
 * await model.fit({ X: windows, y });
 * const { probabilities } = await model.predict(windows);
 */
export class TCNModel extends NeuralModel<TCNSettings> {
  static override readonly info = TCN_INFO;
  static override readonly configSchema = tcnConfig;
  static override readonly contract: ModelContract = {
    config: { ...QUICK, hiddenSize: 6, dilations: [1, 4] },
    skips: ROWS_IN_BATCHES,
  };

  /** @throws ConfigError - an unknown parameter, one out of range, or one under two names */
  constructor(config: TCNConfig = {}) {
    super(config);
  }
}
