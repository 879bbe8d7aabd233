/** Hyperparameters of `transformer`. */
import type { Pooling } from '../layers/pooling.js';
import type { PositionEncoding } from '../layers/positions.js';
import type { TrainingAliases, TrainingParameters, TrainingSettings } from '../training/config.js';
import { neuralConfig } from '../training/config-schema.js';

/** Parameters of `TransformerModel`, every one optional. */
export interface TransformerParameters extends TrainingParameters {
  /** Width of the model; a multiple of `numHeads`. Default 64. */
  hiddenSize?: number;
  /** Attention heads. Default 4. */
  numHeads?: number;
  /** Encoder layers. Default 2. */
  numLayers?: number;
  /** Width of the feed-forward part. Default 128. */
  feedForwardSize?: number;
  /** Share of values set to 0 after positions, attention and feed-forward, in training only. Default 0.1. */
  dropout?: number;
  /** Default `'relu'`. */
  activation?: 'relu' | 'gelu';
  /** Normalise before attention and feed-forward instead of after. Default true. */
  preNorm?: boolean;
  /** Default `'sinusoidal'`. */
  positions?: PositionEncoding;
  /** A step attends to itself and earlier ones only. Default false. */
  causal?: boolean;
  /** What of the steps the output is made from. Default `'mean'`. */
  pooling?: Pooling;
}

/** Other names of its parameters. */
export interface TransformerAliases extends TrainingAliases {
  modelSize?: number;
  dModel?: number;
  nhead?: number;
  nHeads?: number;
  heads?: number;
  layers?: number;
  nLayers?: number;
  numEncoderLayers?: number;
  dimFeedforward?: number;
  feedforwardDim?: number;
  ffDim?: number;
  normFirst?: boolean;
  dropoutRate?: number;
}

/** Hyperparameters of `TransformerModel`. */
export type TransformerConfig = TransformerParameters & TransformerAliases;

/** The configuration after parsing, defaults filled in. */
export interface TransformerSettings extends TrainingSettings {
  readonly hiddenSize: number;
  readonly numHeads: number;
  readonly numLayers: number;
  readonly feedForwardSize: number;
  readonly dropout: number;
  readonly activation: 'relu' | 'gelu';
  readonly preNorm: boolean;
  readonly positions: PositionEncoding;
  readonly causal: boolean;
  readonly pooling: Pooling;
}

export const transformerConfig = neuralConfig<TransformerSettings, TransformerConfig>({
  shape: (z) => ({
    hiddenSize: z.int().min(1).max(8192),
    numHeads: z.int().min(1).max(256),
    numLayers: z.int().min(1).max(64),
    feedForwardSize: z.int().min(1).max(65_536),
    dropout: z.number().min(0).lt(1),
    activation: z.enum(['relu', 'gelu']),
    preNorm: z.boolean(),
    positions: z.enum(['sinusoidal', 'learned', 'none']),
    causal: z.boolean(),
    pooling: z.enum(['last', 'mean', 'max', 'attention']),
  }),
  defaults: {
    sequenceLength: 60,
    hiddenSize: 64,
    numHeads: 4,
    numLayers: 2,
    feedForwardSize: 128,
    dropout: 0.1,
    activation: 'relu',
    preNorm: true,
    positions: 'sinusoidal',
    causal: false,
    pooling: 'mean',
  },
  aliases: {
    modelSize: 'hiddenSize',
    dModel: 'hiddenSize',
    nhead: 'numHeads',
    nHeads: 'numHeads',
    heads: 'numHeads',
    layers: 'numLayers',
    nLayers: 'numLayers',
    numEncoderLayers: 'numLayers',
    dimFeedforward: 'feedForwardSize',
    feedforwardDim: 'feedForwardSize',
    ffDim: 'feedForwardSize',
    normFirst: 'preNorm',
    dropoutRate: 'dropout',
  },
  conflicts: ({ hiddenSize, numHeads }) =>
    hiddenSize % numHeads === 0 ? [] : [['numHeads', `(${numHeads}) has to divide hiddenSize (${hiddenSize})`]],
});
