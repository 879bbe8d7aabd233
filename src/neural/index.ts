/** `holdfast/neural`: networks over windows of rows. The engine that runs them is loaded with the first fit or predict. */

export type { CNN1DAliases, CNN1DParameters, CNN1DSettings } from './cnn1d/config.js';
export { type CNN1DConfig, CNN1DModel } from './cnn1d/model.js';
export { type GRUConfig, GRUModel } from './gru/model.js';
export type { HybridAliases, HybridEncoder, HybridParameters, HybridSettings } from './hybrid/config.js';
export { type HybridConfig, HybridModel } from './hybrid/model.js';
export type { NeuralStream } from './inference/stream.js';
export type { Pooling } from './layers/pooling.js';
export type { PositionEncoding } from './layers/positions.js';
export type {
  RecurrentAliases,
  RecurrentConfig,
  RecurrentParameters,
  RecurrentSettings,
} from './layers/recurrent-config.js';
export { type LSTMConfig, LSTMModel } from './lstm/model.js';
export { NeuralModel } from './neural-model.js';
export type { TCNAliases, TCNParameters, TCNSettings } from './tcn/config.js';
export { type TCNConfig, TCNModel } from './tcn/model.js';
export type {
  ClassWeight,
  LossName,
  OptimizerName,
  ScheduleName,
  TrainingAliases,
  TrainingParameters,
  TrainingSettings,
} from './training/config.js';
export type { RateCurve, RateSearch } from './training/rate-finder.js';
export type { TransformerAliases, TransformerParameters, TransformerSettings } from './transformer/config.js';
export { type TransformerConfig, TransformerModel } from './transformer/model.js';
