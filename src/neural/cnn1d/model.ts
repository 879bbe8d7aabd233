/** `CNN1DModel`: a convolutional network behind the contract of all models. */

import type { ModelContract } from '../../model/types.js';
import { NeuralModel } from '../neural-model.js';
import { QUICK, ROWS_IN_BATCHES } from '../quick-config.js';
import { type CNN1DConfig, type CNN1DSettings, cnn1dConfig } from './config.js';
import { CNN1D_INFO } from './info.js';

export type { CNN1DConfig } from './config.js';

/**
 * A convolutional network over windows of rows: blocks of convolution, layer normalisation, rectifier and max pooling, the mean of the
 * remaining steps into one linear output.
 *
 * @example
 * const model = new CNN1DModel({ filters: [32, 64], kernelSize: 5 });
 * await model.fit({ X: windows, y });
 * const { probabilities } = await model.predict(windows);
 */
export class CNN1DModel extends NeuralModel<CNN1DSettings> {
  static override readonly info = CNN1D_INFO;
  static override readonly configSchema = cnn1dConfig;
  static override readonly contract: ModelContract = { config: { ...QUICK, filters: [6] }, skips: ROWS_IN_BATCHES };

  /** @throws ConfigError - an unknown parameter, one out of range, or one under two names */
  constructor(config: CNN1DConfig = {}) {
    super(config);
  }
}
