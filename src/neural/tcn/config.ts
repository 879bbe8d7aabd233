/** Hyperparameters of `tcn`. */
import type { Pooling } from '../layers/pooling.js';
import type { TrainingAliases, TrainingParameters, TrainingSettings } from '../training/config.js';
import { neuralConfig } from '../training/config-schema.js';

/** Parameters of `TCNModel`, every one optional. */
export interface TCNParameters extends TrainingParameters {
  /** Filters of each convolution, or of each block, which then says how many blocks there are. Default 64. */
  hiddenSize?: number | readonly number[];
  /** Residual blocks with dilations 1, 2, 4, ...; no effect beside `dilations` or a list of filters. Default 4. */
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

/** Other names of its parameters. */
export interface TCNAliases extends TrainingAliases {
  channels?: number | readonly number[];
  numChannels?: number | readonly number[];
  filters?: number | readonly number[];
  nbFilters?: number | readonly number[];
  numFilters?: number | readonly number[];
  blocks?: number;
  layers?: number;
  nLayers?: number;
  dropoutRate?: number;
}

/** Hyperparameters of `TCNModel`. */
export type TCNConfig = TCNParameters & TCNAliases;

/** The configuration after parsing, defaults filled in. */
export interface TCNSettings extends TrainingSettings {
  readonly hiddenSize: number | readonly number[];
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
    hiddenSize: z.union([z.int().min(1).max(8192), z.array(z.int().min(1).max(8192)).min(1).max(64)]),
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
    numChannels: 'hiddenSize',
    filters: 'hiddenSize',
    nbFilters: 'hiddenSize',
    numFilters: 'hiddenSize',
    blocks: 'numLayers',
    layers: 'numLayers',
    nLayers: 'numLayers',
    dropoutRate: 'dropout',
  },
  conflicts: ({ hiddenSize, dilations }) =>
    typeof hiddenSize === 'number' || dilations === undefined || dilations.length === hiddenSize.length
      ? []
      : [['dilations', `names ${dilations.length} blocks, hiddenSize ${hiddenSize.length}`]],
});

export interface Block {
  readonly dilation: number;
  readonly filters: number;
}

export function blocksOf({
  dilations,
  hiddenSize,
  numLayers,
}: Pick<TCNSettings, 'dilations' | 'hiddenSize' | 'numLayers'>): readonly Block[] {
  const widths = typeof hiddenSize === 'number' ? undefined : hiddenSize;
  const count = dilations?.length ?? widths?.length ?? numLayers;
  return Array.from({ length: count }, (_, k) => ({
    dilation: dilations?.[k] ?? 2 ** k,
    filters: typeof hiddenSize === 'number' ? hiddenSize : hiddenSize[k],
  }));
}
