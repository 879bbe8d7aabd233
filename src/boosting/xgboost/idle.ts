/** Settings that are not at their defaults and have no effect in this combination: what `fit` warns of. */
import type { CustomObjective } from '../options.js';
import { DEFAULTS, type XGBoostSettings } from './config.js';
import { MOST_BINS, type Target } from './engine-params.js';

type Name = keyof XGBoostSettings;

/** What only trees look at. */
const OF_TREES: readonly Name[] = [
  'maxDepth',
  'maxLeaves',
  'growPolicy',
  'treeMethod',
  'minChildWeight',
  'gamma',
  'maxDeltaStep',
  'subsample',
  'colsampleBytree',
  'colsampleBylevel',
  'colsampleBynode',
  'maxBin',
  'numParallelTree',
  'multiStrategy',
  'monotoneConstraints',
  'interactionConstraints',
  'categoricalFeatures',
  'featureTypes',
  'maxCatToOnehot',
  'maxCatThreshold',
];
const OF_LINEAR: readonly Name[] = ['updater', 'featureSelector', 'topK'];
const OF_DART: readonly Name[] = ['rateDrop', 'skipDrop', 'oneDrop', 'sampleType', 'normalizeType'];
const OF_HISTOGRAMS: readonly Name[] = ['maxBin', 'growPolicy', 'maxLeaves'];
const OF_CATEGORIES: readonly Name[] = ['maxCatToOnehot', 'maxCatThreshold'];

/** One sentence a setting. */
export function idleSettings(
  settings: XGBoostSettings,
  { objective, outputs }: Target,
  given?: { objective?: CustomObjective },
): string[] {
  const linear = settings.booster === 'gblinear';
  const exact = !linear && settings.treeMethod === 'exact';
  const hasCategories = settings.categoricalFeatures !== undefined || settings.featureTypes?.includes('c') === true;
  const groups: [on: boolean, names: readonly Name[], why: string][] = [
    [linear, OF_TREES, 'on gblinear, which has no trees'],
    [!linear, OF_LINEAR, "without booster 'gblinear'"],
    [settings.booster !== 'dart', OF_DART, "without booster 'dart'"],
    [exact, OF_HISTOGRAMS, "with treeMethod 'exact'"],
    [!linear && !hasCategories, OF_CATEGORIES, 'without categorical features'],
    [!linear && outputs === 1, ['multiStrategy'], 'on one output'],
    [given?.objective !== undefined, ['scalePosWeight', 'quantileAlpha', 'huberSlope'], 'with a loss of your own'],
    [!/^binary:log|^reg:logistic/.test(objective), ['scalePosWeight'], `with objective '${objective}'`],
    [objective !== 'reg:quantileerror', ['quantileAlpha'], `with objective '${objective}'`],
    [settings.earlyStoppingRounds === 0, ['earlyStoppingMinDelta'], 'without earlyStoppingRounds'],
  ];
  const why = new Map<string, string>();
  for (const [on, names, reason] of groups) {
    for (const name of names) if (on && isSet(settings, name) && !why.has(name)) why.set(name, reason);
  }
  const { treeMethod, maxBin, featureSelector, topK } = settings;
  if (!linear && treeMethod === 'approx') why.set("treeMethod 'approx'", "here: it is the same as 'hist'");
  if (!linear && maxBin > MOST_BINS + 1) why.set(`maxBin above ${MOST_BINS}`, 'here');
  const picks = featureSelector === 'greedy' || featureSelector === 'thrifty';
  if (linear && topK > 0 && !picks) why.set('topK', `with featureSelector '${featureSelector}'`);
  return Array.from(why, ([name, reason]) => `xgboost: ${name} has no effect ${reason}`);
}

function isSet(settings: XGBoostSettings, name: Name): boolean {
  const value = settings[name];
  if (name === 'oneDrop') return value === true;
  return value !== undefined && value !== (DEFAULTS as Partial<Record<Name, unknown>>)[name];
}
