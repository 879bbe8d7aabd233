/** The configuration of `CalibratedModel`. */
import { lazySchema, type ZodType } from '../core/schema.js';
import type { CalibrationMethod } from './probability-map.js';

/** Hyperparameters of `CalibratedModel`: the model inside and how its probabilities are mapped. */
export interface CalibratedConfig {
  /** Calibration is of class probabilities. Default `'classification'`. */
  task?: 'classification';
  /** Default `'platt'`. */
  method?: CalibrationMethod;
  /** Registered name of the model to calibrate. Default `'logistic'`. */
  model?: string;
  /** Its hyperparameters. Default: its own defaults. */
  params?: Readonly<Record<string, unknown>>;
  /** Parts of the training rows: the probabilities of each come from a model of the others. Default 5. */
  folds?: number;
  /** Default `'stratified'`; `'blocks'` for rows in time. */
  foldKind?: 'stratified' | 'blocks';
  /** Of the folds, and of the model unless `params` has its own. */
  seed?: number;
}

/** After parsing, defaults filled in. */
export type CalibratedSettings = Required<Omit<CalibratedConfig, 'seed'>> & Pick<CalibratedConfig, 'seed'>;

export const calibratedConfig = lazySchema(
  (z) =>
    z.strictObject({
      task: z.literal('classification').default('classification'),
      method: z.enum(['platt', 'isotonic', 'beta', 'temperature']).default('platt'),
      model: z.string().min(1).default('logistic'),
      params: z.record(z.string(), z.unknown()).default({}),
      folds: z.int().min(2).max(1000).default(5),
      foldKind: z.enum(['stratified', 'blocks']).default('stratified'),
      seed: z.int().min(0).optional(),
    }) as unknown as ZodType<CalibratedSettings, CalibratedConfig>,
);
