/** Hyperparameters that lstm and gru share. */
import type { LazySchema, ZodType } from '../../core/schema.js';
import type { TrainingAliases, TrainingParameters, TrainingSettings } from '../training/config.js';
import { neuralConfig } from '../training/config-schema.js';
import type { Pooling } from './pooling.js';

/** Parameters of `LSTMModel` and `GRUModel`, every one optional. */
export interface RecurrentParameters extends TrainingParameters {
  /** Width of each layer, of each direction. Default 128. */
  hiddenSize?: number;
  /** Layers one above the other. Default 2. */
  numLayers?: number;
  /** Share of values set to 0 between layers and before the output, in training only. Default 0.2. */
  dropout?: number;
  /** A second set of layers reads the window backwards. Default false. */
  bidirectional?: boolean;
  /** What of the steps' states the output is made from. Default `'last'`. */
  pooling?: Pooling;
}

/** Other names of their parameters. */
export interface RecurrentAliases extends TrainingAliases {
  units?: number;
  hidden?: number;
  hiddenDim?: number;
  layers?: number;
  nLayers?: number;
  dropoutRate?: number;
}

/** What `new LSTMModel(...)` and `new GRUModel(...)` take. */
export type RecurrentConfig = RecurrentParameters & RecurrentAliases;

/** The configuration after parsing, defaults filled in. */
export interface RecurrentSettings extends TrainingSettings {
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly dropout: number;
  readonly bidirectional: boolean;
  readonly pooling: Pooling;
}

export const RECURRENT_DEFAULTS = Object.freeze({
  hiddenSize: 128,
  numLayers: 2,
  dropout: 0.2,
  bidirectional: false,
  pooling: 'last',
});

export const recurrentConfig = (): LazySchema<ZodType<RecurrentSettings, RecurrentConfig>> =>
  neuralConfig<RecurrentSettings, RecurrentConfig>({
    shape: (z) => ({
      hiddenSize: z.int().min(1).max(8192),
      numLayers: z.int().min(1).max(32),
      dropout: z.number().min(0).lt(1),
      bidirectional: z.boolean(),
      pooling: z.enum(['last', 'mean', 'max', 'attention']),
    }),
    defaults: RECURRENT_DEFAULTS,
    aliases: {
      units: 'hiddenSize',
      hidden: 'hiddenSize',
      hiddenDim: 'hiddenSize',
      layers: 'numLayers',
      nLayers: 'numLayers',
      dropoutRate: 'dropout',
    },
  });
