/**
 * LightGBM's parameters that change nothing about the model here, so that a configuration pasted from Python is taken: what asks
 * for speed, memory or messages is a warning, what would learn something else is refused unless it is off.
 */
import type { ZodModule, ZodType } from '../../core/schema.js';

export interface OtherParameters {
  /** How much LightGBM prints; nothing is printed here. */
  verbosity?: number;
  /** Models are always deterministic here. */
  deterministic?: boolean;
  forceColWise?: boolean;
  forceRowWise?: boolean;
  histogramPoolSize?: number;
  isEnableSparse?: boolean;
  twoRound?: boolean;
  prePartition?: boolean;
  featurePreFilter?: boolean;
  /** Seed of the rows that bins are found from; here it follows from `seed`. */
  dataRandomSeed?: number;
  objectiveSeed?: number;
  useQuantizedGrad?: boolean;
  numGradQuantBins?: number;
  quantTrainRenewLeaf?: boolean;
  stochasticRounding?: boolean;
  /** Linear models in leaves are not there. */
  linearTree?: false;
  /** Zeros are values: replace them by NaN where they mean missing. */
  zeroAsMissing?: false;
  /** NaN is always missing. */
  useMissing?: true;
}

export type OtherName = keyof OtherParameters;

export const OTHER_ALIASES = {
  verbosity: ['verbose'],
  deterministic: [],
  forceColWise: ['force_col_wise'],
  forceRowWise: ['force_row_wise'],
  histogramPoolSize: ['histogram_pool_size', 'hist_pool_size'],
  isEnableSparse: ['is_enable_sparse', 'is_sparse', 'enable_sparse', 'sparse'],
  twoRound: ['two_round', 'two_round_loading', 'use_two_round_loading'],
  prePartition: ['pre_partition', 'is_pre_partition'],
  featurePreFilter: ['feature_pre_filter'],
  dataRandomSeed: ['data_random_seed', 'data_seed'],
  objectiveSeed: ['objective_seed'],
  useQuantizedGrad: ['use_quantized_grad'],
  numGradQuantBins: ['num_grad_quant_bins'],
  quantTrainRenewLeaf: ['quant_train_renew_leaf'],
  stochasticRounding: ['stochastic_rounding'],
  linearTree: ['linear_tree', 'linear_trees'],
  zeroAsMissing: ['zero_as_missing'],
  useMissing: ['use_missing'],
} as const satisfies Record<OtherName, readonly string[]>;

type Asks = (value: number | boolean) => boolean;
const off: Asks = (value) => !value;
const on: Asks = Boolean;
const never: Asks = () => false;
const always: Asks = () => true;
const atMostZero: Asks = (value) => Number(value) <= 0;

/** Whether a value asks for what is done anyway. */
const MET: Record<OtherName, Asks> = {
  verbosity: atMostZero,
  deterministic: on,
  forceColWise: off,
  forceRowWise: off,
  histogramPoolSize: atMostZero,
  isEnableSparse: on,
  twoRound: off,
  prePartition: off,
  featurePreFilter: on,
  dataRandomSeed: never,
  objectiveSeed: never,
  useQuantizedGrad: off,
  numGradQuantBins: never,
  quantTrainRenewLeaf: off,
  stochasticRounding: on,
  linearTree: always,
  zeroAsMissing: always,
  useMissing: always,
};

export function otherSchemas(z: ZodModule): { [K in OtherName]: ZodType<OtherParameters[K]> } {
  const flag = () => z.boolean().optional();
  const seed = () => z.int().min(0).optional();
  return {
    verbosity: z.int().optional(),
    deterministic: flag(),
    forceColWise: flag(),
    forceRowWise: flag(),
    histogramPoolSize: z.number().optional(),
    isEnableSparse: flag(),
    twoRound: flag(),
    prePartition: flag(),
    featurePreFilter: flag(),
    dataRandomSeed: seed(),
    objectiveSeed: seed(),
    useQuantizedGrad: flag(),
    numGradQuantBins: z.int().min(1).optional(),
    quantTrainRenewLeaf: flag(),
    stochasticRounding: flag(),
    linearTree: z.literal(false).optional(),
    zeroAsMissing: z.literal(false).optional(),
    useMissing: z.literal(true).optional(),
  };
}

/** One sentence a parameter that is given and does nothing. */
export function otherWarnings(config: OtherParameters): string[] {
  const warns = (name: OtherName): boolean => {
    const value = config[name];
    return value !== undefined && !MET[name](value);
  };
  const names = Object.keys(OTHER_ALIASES) as OtherName[];
  return names.filter(warns).map((name) => `lightgbm: ${name} has no effect here`);
}
