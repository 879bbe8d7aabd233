/** `holdfast/neural`: networks over windows of rows. The engine that runs them is loaded with the first fit or predict. */
export { type CNN1DConfig, CNN1DModel } from './cnn1d/model.js';
export { type GRUConfig, GRUModel } from './gru/model.js';
export { type HybridConfig, HybridModel } from './hybrid/model.js';
export type { NeuralStream } from './inference/stream.js';
export { type LSTMConfig, LSTMModel } from './lstm/model.js';
export { NeuralModel } from './neural-model.js';
export { type TCNConfig, TCNModel } from './tcn/model.js';
export type { ClassWeight, TrainingParameters, TrainingSettings } from './training/config.js';
export type { RateCurve, RateSearch } from './training/rate-finder.js';
export { type TransformerConfig, TransformerModel } from './transformer/model.js';
