/** The configuration of `MiniRocketModel` and of `MiniRocketTransform`. */
import type { ClassWeight } from '../../classical/logistic/config.js';
import { lazySchema, type ZodType } from '../../core/schema.js';
import { KERNELS } from './plan.js';

/** Settings of `MiniRocketTransform`. */
export interface MiniRocketTransformConfig {
  /**
   * Features, rounded down to a multiple of 84, at least 84. Default 10,000 (9,996), as published; the model takes 2,000 (1,932) for more than
   * 4,096 windows.
   */
  numFeatures?: number;
  /** Most dilations of a kernel, >= 1. Default 32, as published. */
  maxDilationsPerKernel?: number;
  /** Chooses the windows that biases are quantiles of, and channels. */
  seed?: number;
}

/** Hyperparameters of `MiniRocketModel`. */
export interface MiniRocketConfig extends MiniRocketTransformConfig {
  /** Default `'classification'`: least squares on +1 for a class and -1 for the rest. */
  task?: 'classification' | 'regression';
  /**
   * Strengths of the ridge penalty on features scaled to length 1, all > 0; of several the one with the least squared error of leaving one
   * window out is taken. Default: ten from 0.001 to 1000, evenly spaced in their logarithms, as published.
   */
  alphas?: readonly number[];
  /** Multiplies sample weights by class; classification only. Default: all classes 1. */
  classWeight?: ClassWeight | null;
}

/** After parsing. */
export interface MiniRocketSettings {
  readonly task: 'classification' | 'regression';
  /** Undefined: by the number of windows. */
  readonly numFeatures?: number;
  readonly maxDilationsPerKernel: number;
  readonly alphas: readonly number[];
  readonly classWeight?: ClassWeight;
  readonly seed?: number;
}

/** 10^-3 to 10^3 in ten equal steps of the exponent, to the nearest double. */
export const PUBLISHED_ALPHAS: readonly number[] = Object.freeze([
  0.001, 0.004641588833612777, 0.021544346900318832, 0.1, 0.46415888336127775, 2.154434690031882, 10, 46.41588833612773,
  215.44346900318823, 1000,
]);

export const MINIROCKET_DEFAULTS = Object.freeze({
  task: 'classification',
  maxDilationsPerKernel: 32,
  alphas: PUBLISHED_ALPHAS,
} as const);

const MOST_FEATURES = 1_000_000;

export const miniRocketConfig = lazySchema((z): ZodType<MiniRocketSettings, MiniRocketConfig> => {
  const shape = {
    task: z.enum(['classification', 'regression']).default(MINIROCKET_DEFAULTS.task),
    numFeatures: z.int().min(KERNELS).max(MOST_FEATURES).optional(),
    maxDilationsPerKernel: z.int().min(1).max(1024).default(MINIROCKET_DEFAULTS.maxDilationsPerKernel),
    alphas: z
      .array(z.number().gt(0).max(Number.MAX_VALUE))
      .min(1)
      .max(1000)
      .default([...PUBLISHED_ALPHAS]),
    classWeight: z
      .union([z.literal('balanced'), z.record(z.string(), z.number().min(0))])
      .nullable()
      .optional()
      .transform((given) => given ?? undefined),
    seed: z.int().min(0).optional(),
  };
  return z.strictObject(shape).superRefine(({ classWeight, task }, context) => {
    if (classWeight === undefined || task === 'classification') return;
    context.addIssue({
      code: 'custom',
      path: ['classWeight'],
      message: 'is for classification: a regression has no classes',
    });
  }) as unknown as ZodType<MiniRocketSettings, MiniRocketConfig>;
});

export const miniRocketTransformConfig = lazySchema(
  (z): ZodType<MiniRocketTransformConfig, MiniRocketTransformConfig> =>
    z.strictObject({
      numFeatures: z.int().min(KERNELS).max(MOST_FEATURES).optional(),
      maxDilationsPerKernel: z.int().min(1).max(1024).optional(),
      seed: z.int().min(0).optional(),
    }) as unknown as ZodType<MiniRocketTransformConfig, MiniRocketTransformConfig>,
);
