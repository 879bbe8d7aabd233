/** Hyperparameters of `hybrid`: those of the encoder that reads the windows, and of the branch beside it. */
import type { Pooling } from '../layers/pooling.js';
import type { TrainingAliases, TrainingParameters, TrainingSettings } from '../training/config.js';
import { neuralConfig } from '../training/config-schema.js';

/** What reads the windows of a hybrid model. */
export type HybridEncoder = 'lstm' | 'gru' | 'cnn1d';

/** Parameters of `HybridModel`, every one optional. */
export interface HybridParameters extends TrainingParameters {
  /** What reads the windows. Default `'lstm'`. */
  encoder?: HybridEncoder;
  /** lstm, gru: width of each layer. Default 64. */
  hiddenSize?: number;
  /** lstm, gru: layers one above the other. Default 1. */
  numLayers?: number;
  /** lstm, gru: a second set of layers reads backwards. Default false. */
  bidirectional?: boolean;
  /** cnn1d: filters of each block. Default [64, 128]. */
  filters?: readonly number[];
  /** cnn1d: taps of each convolution. Default 3. */
  kernelSize?: number;
  /** What of the steps the embedding is made from. Default `'last'`; cnn1d `'mean'`. */
  pooling?: Pooling;
  /** Widths of the layers that read the features; none: they go to the head as they are. Default [64]. */
  featureSizes?: readonly number[];
  /** Widths of the layers that read embedding and features together. Default [64]. */
  headSizes?: readonly number[];
  /** Share of values set to 0 after each part, in training only. Default 0.2. */
  dropout?: number;
}

/** Other names of its parameters. */
export interface HybridAliases extends TrainingAliases {
  sequenceModel?: HybridEncoder;
  units?: number;
  hiddenDim?: number;
  layers?: number;
  nLayers?: number;
  tabularSizes?: readonly number[];
  tabularHidden?: readonly number[];
  dropoutRate?: number;
}

/** Hyperparameters of `HybridModel`. */
export type HybridConfig = HybridParameters & HybridAliases;

/** The configuration after parsing, defaults filled in. */
export interface HybridSettings extends TrainingSettings {
  readonly encoder: HybridEncoder;
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly bidirectional: boolean;
  readonly filters: readonly number[];
  readonly kernelSize: number;
  readonly pooling?: Pooling;
  readonly featureSizes: readonly number[];
  readonly headSizes: readonly number[];
  readonly dropout: number;
}

export const hybridConfig = neuralConfig<HybridSettings, HybridConfig>({
  shape: (z) => {
    const width = z.int().min(1).max(8192);
    return {
      encoder: z.enum(['lstm', 'gru', 'cnn1d']),
      hiddenSize: width,
      numLayers: z.int().min(1).max(32),
      bidirectional: z.boolean(),
      filters: z.array(width).min(1).max(32),
      kernelSize: z.int().min(1).max(1024),
      pooling: z.enum(['last', 'mean', 'max', 'attention']),
      featureSizes: z.array(width).max(32),
      headSizes: z.array(width).max(32),
      dropout: z.number().min(0).lt(1),
    };
  },
  defaults: {
    encoder: 'lstm',
    hiddenSize: 64,
    numLayers: 1,
    bidirectional: false,
    filters: [64, 128],
    kernelSize: 3,
    featureSizes: [64],
    headSizes: [64],
    dropout: 0.2,
  },
  aliases: {
    sequenceModel: 'encoder',
    units: 'hiddenSize',
    hiddenDim: 'hiddenSize',
    layers: 'numLayers',
    nLayers: 'numLayers',
    tabularSizes: 'featureSizes',
    tabularHidden: 'featureSizes',
    dropoutRate: 'dropout',
  },
});
