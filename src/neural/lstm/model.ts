/** `LSTMModel`: Long short-term memory (Hochreiter and Schmidhuber, 1997) behind the contract of all models. */

import type { ModelContract } from '../../model/types.js';
import { type RecurrentConfig, type RecurrentSettings, recurrentConfig } from '../layers/recurrent-config.js';
import { NeuralModel } from '../neural-model.js';
import { QUICK, ROWS_IN_BATCHES } from '../quick-config.js';
import { LSTM_INFO } from './info.js';

/** Hyperparameters of `LSTMModel`. */
export type LSTMConfig = RecurrentConfig;

/**
 * Long short-term memory (Hochreiter and Schmidhuber, 1997) over windows of rows: layers one above the other, as PyTorch's `nn.LSTM`, their last
 * state (or its mean, maximum or attention over the steps) into one linear output.
 *
 * @example
 * const model = new LSTMModel({ hiddenSize: 64, numLayers: 1, sequenceLength: 30 });
 * await model.fit({ X: container.toSequences(30).train.X, y });
 * const { probabilities } = await model.predict(windows);
 */
export class LSTMModel extends NeuralModel<RecurrentSettings> {
  static override readonly info = LSTM_INFO;
  static override readonly configSchema = recurrentConfig();
  static override readonly contract: ModelContract = {
    config: { ...QUICK, hiddenSize: 6, numLayers: 1 },
    skips: ROWS_IN_BATCHES,
  };

  /** @throws ConfigError - an unknown parameter, one out of range, or one under two names */
  constructor(config: LSTMConfig = {}) {
    super(config);
  }
}
