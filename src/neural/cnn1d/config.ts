/** Hyperparameters of `cnn1d`. */
import type { ZodModule, ZodType } from '../../core/schema.js';
import type { Pooling } from '../layers/pooling.js';
import type { TrainingAliases, TrainingParameters, TrainingSettings } from '../training/config.js';
import { neuralConfig } from '../training/config-schema.js';

/** Parameters of `CNN1DModel`, every one optional. */
export interface CNN1DParameters extends TrainingParameters {
  /** Filters of each block, which says how many blocks there are; or one number for all `numLayers`. Default [64, 128]. */
  filters?: number | readonly number[];
  /** Blocks, where `filters` is a number. Default 2. */
  numLayers?: number;
  /** Taps of each convolution. Default 3. */
  kernelSize?: number;
  /** Steps that become one, their largest values, after each block while there are as many; 1: none. Default 2. */
  poolSize?: number;
  /** Share of values set to 0 after each block, in training only. Default 0.2. */
  dropout?: number;
  /** Normalise the values of each step before the activation. Default `'layer'`. */
  norm?: 'layer' | 'none';
  /** What of the remaining steps the output is made from. Default `'mean'`. */
  pooling?: Pooling;
}

/** Other names of its parameters. */
export interface CNN1DAliases extends TrainingAliases {
  channels?: number | readonly number[];
  numFilters?: number | readonly number[];
  hiddenSize?: number | readonly number[];
  hiddenSizes?: number | readonly number[];
  layers?: number;
  nLayers?: number;
  dropoutRate?: number;
}

/** What `new CNN1DModel(...)` takes. */
export type CNN1DConfig = CNN1DParameters & CNN1DAliases;

/** The configuration after parsing, defaults filled in. */
export interface CNN1DSettings extends TrainingSettings {
  readonly filters: number | readonly number[];
  readonly numLayers?: number;
  readonly kernelSize: number;
  readonly poolSize: number;
  readonly dropout: number;
  readonly norm: 'layer' | 'none';
  readonly pooling: Pooling;
}

const DEFAULTS = {
  filters: [64, 128],
  kernelSize: 3,
  poolSize: 2,
  dropout: 0.2,
  norm: 'layer',
  pooling: 'mean',
} as const;

const cnn1dShape = (z: ZodModule): Record<string, ZodType> => ({
  filters: z.union([z.int().min(1).max(8192), z.array(z.int().min(1).max(8192)).min(1).max(32)]),
  numLayers: z.int().min(1).max(32),
  kernelSize: z.int().min(1).max(1024),
  poolSize: z.int().min(1).max(1024),
  dropout: z.number().min(0).lt(1),
  norm: z.enum(['layer', 'none']),
  pooling: z.enum(['last', 'mean', 'max', 'attention']),
});

export const cnn1dConfig = neuralConfig<CNN1DSettings, CNN1DConfig>({
  shape: cnn1dShape,
  defaults: DEFAULTS,
  aliases: {
    channels: 'filters',
    numFilters: 'filters',
    hiddenSize: 'filters',
    hiddenSizes: 'filters',
    layers: 'numLayers',
    nLayers: 'numLayers',
    dropoutRate: 'dropout',
  },
  conflicts: ({ filters, numLayers }) =>
    typeof filters === 'number' || numLayers === undefined || numLayers === filters.length
      ? []
      : [['numLayers', `is ${numLayers}, but filters names ${filters.length} blocks`]],
});

/** Filters of each block. */
export function filtersOf({ filters, numLayers = 2 }: Pick<CNN1DSettings, 'filters' | 'numLayers'>): readonly number[] {
  return typeof filters === 'number' ? new Array<number>(numLayers).fill(filters) : filters;
}
