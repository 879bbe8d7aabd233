/** LightGBM's parameters of the boosting loop in the engine's terms, and which of them are given in vain. */
import { type BoostingParams, defaultBoostingParams } from '../engine/params.js';
import type { LightGBMSettings } from './config.js';
import { isForest, isGoss, LOOP_DEFAULTS } from './loop-parameters.js';

/** The engine's settings of the loop. */
export function loopParams(config: LightGBMSettings): Partial<BoostingParams> & Pick<BoostingParams, 'boosting'> {
  const given = { ...LOOP_DEFAULTS, ...defined(config) };
  return {
    boosting: isForest(config) ? 'rf' : config.boosting === 'dart' ? 'dart' : 'gbdt',
    dart: {
      ...defaultBoostingParams.dart,
      rate: given.dropRate,
      max: given.maxDrop,
      skip: given.skipDrop,
      uniform: given.uniformDrop,
      normalize: given.xgboostDartMode ? 'tree' : 'lightgbm',
      seed: config.dropSeed,
    },
    goss: isGoss(config) ? { top: given.topRate, other: given.otherRate } : undefined,
    posBaggingFraction: given.posBaggingFraction,
    negBaggingFraction: given.negBaggingFraction,
    baggingSeed: config.baggingSeed,
  };
}

export const ONLY_DART = ['dropRate', 'maxDrop', 'skipDrop', 'uniformDrop', 'xgboostDartMode'] as const;

export const ONLY_GOSS = ['topRate', 'otherRate'] as const;

/** One sentence a parameter that is given, is not its default, and does nothing in this combination. */
export function loopWarnings(config: LightGBMSettings): string[] {
  const warnings: string[] = [];
  const inVain = (name: string, why: string): number => warnings.push(`lightgbm: ${name} has no effect ${why}`);
  const changed = (name: keyof typeof LOOP_DEFAULTS): boolean =>
    config[name] !== undefined && config[name] !== LOOP_DEFAULTS[name];
  if (config.boosting !== 'dart')
    for (const name of ONLY_DART) if (changed(name)) inVain(name, "without boosting 'dart'");
  if (!isGoss(config)) for (const name of ONLY_GOSS) if (changed(name)) inVain(name, 'without goss');
  if (isForest(config) && config.learningRate !== 0.1) inVain('learningRate', 'in a random forest');
  const byLabel = changed('posBaggingFraction') || changed('negBaggingFraction');
  if (config.baggingFreq === 0) {
    if (config.baggingFraction < 1) inVain('baggingFraction', 'with baggingFreq 0');
    if (byLabel) inVain('bagging by label', 'with baggingFreq 0');
  } else if (byLabel && config.baggingFraction < 1) inVain('baggingFraction', 'beside bagging by label');
  else if (!byLabel && config.baggingFraction === 1) inVain('baggingFreq', 'with baggingFraction 1');
  return warnings;
}

export function defined<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}
