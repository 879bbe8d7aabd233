/** Settings that do not go with the loss, and settings that others leave without effect. */
import { ConfigError } from '../../core/errors.js';
import type { CatBoostSettings } from './config.js';
import type { StatedLoss } from './engine/params.js';

type Kind = StatedLoss['kind'];

/** Losses whose leaves can be the best constants of their rows (a median, another quantile, LogCosh's minimum). */
const EXACT: readonly Kind[] = ['MAE', 'Quantile', 'MAPE', 'LogCosh'];
/** Their second derivative is 0. */
const WITHOUT_NEWTON: readonly Kind[] = ['MAE', 'Quantile', 'MAPE'];
const WITH_AVERAGE: readonly Kind[] = ['RMSE', 'Logloss', 'CrossEntropy', 'Quantile', 'MAE', 'MAPE'];

/** @throws ConfigError - combinations that CatBoost refuses as well */
export function checkLossSettings(settings: CatBoostSettings, { kind }: StatedLoss): void {
  const { leafEstimationMethod, boostFromAverage } = settings;
  const problem =
    leafEstimationMethod === 'Exact' && !EXACT.includes(kind)
      ? `leafEstimationMethod 'Exact' is for ${EXACT.join(', ')}`
      : leafEstimationMethod === 'Newton' && WITHOUT_NEWTON.includes(kind)
        ? "leafEstimationMethod 'Newton' needs a second derivative"
        : boostFromAverage && !WITH_AVERAGE.includes(kind)
          ? `boostFromAverage is for ${WITH_AVERAGE.join(', ')}`
          : undefined;
  if (problem === undefined) return;
  throw new ConfigError(`catboost: ${problem}; the loss is ${kind}`, {
    hint: 'Leave it out: the default goes with the loss.',
    details: { loss: kind },
  });
}

const OF_CATEGORIES = [
  'oneHotMaxSize',
  'maxCtrComplexity',
  'simpleCtr',
  'combinationsCtr',
  'modelSizeReg',
  'counterCalcMethod',
  'categoryNames',
] as const;
/** Of the orders that target statistics and ordered boosting go along. */
const OF_ORDERS = ['permutationCount', 'hasTime'] as const;

/** Values that CatBoost has and training here has not. */
const TAKEN_AS = [
  ['counterCalcMethod', 'Full', 'SkipTest'],
  ['randomScoreType', 'Gumbel', 'NormalWithModelSizeDecrease'],
  ['leafEstimationBacktracking', 'Armijo', 'AnyImprovement'],
] as const;

/** A sentence for each given setting that changes nothing in this combination. */
export function idleSettings(settings: CatBoostSettings, validated: boolean): string[] {
  const given = (name: keyof CatBoostSettings) => settings[name] !== undefined;
  const idle = (names: readonly (keyof CatBoostSettings)[], why: string) =>
    names.filter(given).map((name) => `${name} has no effect ${why}`);
  const { leafEstimationMethod, odType = 'IncToDec', odPval = 0, bootstrapType, randomStrength } = settings;
  const categories = (settings.categoricalFeatures ?? []).length > 0;
  const warnings = [
    ...(categories ? [] : idle(OF_CATEGORIES, 'without categoricalFeatures')),
    ...(categories || settings.boostingType === 'Ordered'
      ? []
      : idle(OF_ORDERS, "without categoricalFeatures or boostingType 'Ordered'")),
    ...(leafEstimationMethod === 'Simple' || leafEstimationMethod === 'Exact'
      ? idle(['leafEstimationIterations'], `with leafEstimationMethod '${leafEstimationMethod}'`)
      : []),
    ...((settings.growPolicy ?? 'SymmetricTree') === 'SymmetricTree'
      ? idle(['minDataInLeaf'], 'on symmetric trees')
      : idle(['maxCtrComplexity', 'combinationsCtr'], `with growPolicy '${settings.growPolicy}'`)),
    ...(odType !== 'IncToDec' ? idle(['odPval'], `with odType '${odType}'`) : []),
    ...(odType === 'None' || (odType === 'IncToDec' && odPval === 0) ? idle(['odWait'], 'without a detector') : []),
    ...(bootstrapType === 'No' ? idle(['samplingFrequency'], "with bootstrapType 'No'") : []),
    ...(randomStrength === 0 ? idle(['randomScoreType'], 'with randomStrength 0') : []),
    ...(validated ? [] : idle(['useBestModel'], 'without validation rows')),
  ];
  for (const [name, value, instead] of TAKEN_AS) {
    const known = warnings.some((text) => text.startsWith(name));
    if (settings[name] === value && !known) warnings.push(`${name} '${value}' is taken as '${instead}'`);
  }
  return warnings;
}
