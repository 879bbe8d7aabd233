/** LightGBM's parameters of the boosting loop: methods (dart, rf, goss), bagging by label; engine-loop.ts knows what they mean. */
import type { ZodModule, ZodType } from '../../core/schema.js';

/** None has a default in the parsed configuration, so that one given in vain can be told. */
export interface LoopParameters {
  /**
   * Gradient boosted trees (`gbdt`), with dropout (`dart`), on gradient-sampled rows (`goss`), or a random forest (`rf`).
   * Default `'gbdt'`.
   */
  boosting?: (typeof METHODS)[number];
  /** How rows are drawn: `'bagging'` or `'goss'`. Default `'bagging'`. */
  dataSampleStrategy?: 'bagging' | 'goss';
  /** Goss: share of the rows kept for their large gradients, in [0, 1]. Default 0.2. */
  topRate?: number;
  /** Goss: share of the rows drawn from the others, in [0, 1]. Default 0.1. */
  otherRate?: number;
  /** Share of the rows of label 1 (the larger of two classes) drawn for a tree; needs `baggingFreq` > 0. Default 1. */
  posBaggingFraction?: number;
  /** The same for the rows of label 0. Default 1. */
  negBaggingFraction?: number;
  /** Seed of bagging; default: from `seed`. */
  baggingSeed?: number;
  /** Dart: share of the earlier trees dropped, in [0, 1]. Default 0.1. */
  dropRate?: number;
  /** Dart: most trees dropped at once; 0 or less for no limit. Default 50. */
  maxDrop?: number;
  /** Dart: probability of dropping none, in [0, 1]. Default 0.5. */
  skipDrop?: number;
  /** Dart: drop every tree with the same probability. Default false. */
  uniformDrop?: boolean;
  /** Dart: scale trees as XGBoost does. Default false. */
  xgboostDartMode?: boolean;
  /** Seed of dart; default: from `seed`. */
  dropSeed?: number;
}

export type LoopName = keyof LoopParameters;

const METHODS = ['gbdt', 'gbrt', 'dart', 'goss', 'rf', 'random_forest'] as const;

export const LOOP_ALIASES = {
  boosting: ['boosting_type', 'boost'],
  dataSampleStrategy: ['data_sample_strategy'],
  topRate: ['top_rate'],
  otherRate: ['other_rate'],
  posBaggingFraction: ['pos_bagging_fraction', 'pos_sub_row', 'pos_subsample', 'pos_bagging'],
  negBaggingFraction: ['neg_bagging_fraction', 'neg_sub_row', 'neg_subsample', 'neg_bagging'],
  baggingSeed: ['bagging_seed', 'bagging_fraction_seed'],
  dropRate: ['drop_rate', 'rate_drop'],
  maxDrop: ['max_drop'],
  skipDrop: ['skip_drop'],
  uniformDrop: ['uniform_drop'],
  xgboostDartMode: ['xgboost_dart_mode'],
  dropSeed: ['drop_seed'],
} as const satisfies Record<LoopName, readonly string[]>;

export const LOOP_DEFAULTS = {
  topRate: 0.2,
  otherRate: 0.1,
  posBaggingFraction: 1,
  negBaggingFraction: 1,
  dropRate: 0.1,
  maxDrop: 50,
  skipDrop: 0.5,
  uniformDrop: false,
  xgboostDartMode: false,
} as const satisfies LoopParameters;

export function loopSchemas(z: ZodModule): { [K in LoopName]: ZodType<LoopParameters[K]> } {
  const share = () => z.number().min(0).max(1).optional();
  const positiveShare = () => z.number().gt(0).max(1).optional();
  const seed = () => z.int().min(0).optional();
  const flag = () => z.boolean().optional();
  return {
    boosting: z.enum(METHODS).optional(),
    dataSampleStrategy: z.enum(['bagging', 'goss']).optional(),
    topRate: share(),
    otherRate: share(),
    posBaggingFraction: positiveShare(),
    negBaggingFraction: positiveShare(),
    baggingSeed: seed(),
    dropRate: share(),
    maxDrop: z.int().optional(),
    skipDrop: share(),
    uniformDrop: flag(),
    xgboostDartMode: flag(),
    dropSeed: seed(),
  };
}

export const isForest = ({ boosting }: LoopParameters): boolean => boosting === 'rf' || boosting === 'random_forest';

export const isGoss = ({ boosting, dataSampleStrategy }: LoopParameters): boolean =>
  boosting === 'goss' || dataSampleStrategy === 'goss';
