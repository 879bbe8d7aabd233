/** Hyperparameters of `tcn`. */
import type { Pooling } from '../layers/pooling.js';
import type { TrainingAliases, TrainingParameters, TrainingSettings } from '../training/config.js';
import { neuralConfig } from '../training/config-schema.js';

export interface TCNParameters extends TrainingParameters {
  /** Filters of each convolution. Default 64. */
  hiddenSize?: number;
  /** Residual blocks with dilations 1, 2, 4, ...; no effect beside `dilations`. Default 4. */
  numLayers?: number;
  /** Dilation of each block, which says how many there are. Default: by `numLayers`. */
  dilations?: readonly number[];
  /** Taps of each convolution. Default 3. */
  kernelSize?: number;
  /** Convolutions of a block. Default 2. */
  convolutions?: number;
  /** Share of values set to 0 after each convolution, in training only. Default 0.2. */
  dropout?: number;
  /** Default `'weight'`: normalised weights; `'layer'`: normalised values. */
  norm?: 'weight' | 'layer' | 'none';
  /** What of the steps the output is made from. Default `'last'`. */
  pooling?: Pooling;
}

export interface TCNAliases extends TrainingAliases {
  channels?: number;
  filters?: number;
  nbFilters?: number;
  numFilters?: number;
  blocks?: number;
  layers?: number;
  nLayers?: number;
  dropoutRate?: number;
}

export type TCNConfig = TCNParameters & TCNAliases;

export interface TCNSettings extends TrainingSettings {
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly dilations?: readonly number[];
  readonly kernelSize: number;
  readonly convolutions: number;
  readonly dropout: number;
  readonly norm: 'weight' | 'layer' | 'none';
  readonly pooling: Pooling;
}

export const tcnConfig = neuralConfig<TCNSettings, TCNConfig>({
  shape: (z) => ({
    hiddenSize: z.int().min(1).max(8192),
    numLayers: z.int().min(1).max(20),
    dilations: z.array(z.int().min(1).max(100_000)).min(1).max(64),
    kernelSize: z.int().min(1).max(1024),
    convolutions: z.int().min(1).max(8),
    dropout: z.number().min(0).lt(1),
    norm: z.enum(['weight', 'layer', 'none']),
    pooling: z.enum(['last', 'mean', 'max', 'attention']),
  }),
  defaults: {
    sequenceLength: 60,
    hiddenSize: 64,
    numLayers: 4,
    kernelSize: 3,
    convolutions: 2,
    dropout: 0.2,
    norm: 'weight',
    pooling: 'last',
  },
  aliases: {
    channels: 'hiddenSize',
    filters: 'hiddenSize',
    nbFilters: 'hiddenSize',
    numFilters: 'hiddenSize',
    blocks: 'numLayers',
    layers: 'numLayers',
    nLayers: 'numLayers',
    dropoutRate: 'dropout',
  },
});

/** Dilation of each block. */
export function dilationsOf({ dilations, numLayers }: Pick<TCNSettings, 'dilations' | 'numLayers'>): readonly number[] {
  return dilations ?? Array.from({ length: numLayers }, (_, k) => 2 ** k);
}
