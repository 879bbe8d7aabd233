/** What both of CatBoost's file formats (JSON and cbm) share: the error, and the order in which they number conditions. */
import { ModelFormatError } from '../../core/errors.js';
import type { CatBoostEnsemble, Condition } from './ensemble.js';

/** Columns, outputs and the like beyond which a file is not believed. */
export const MOST_FEATURES = 1_000_000;
export const MOST_OUTPUTS = 1_000_000;
/** CatBoost's own limit. */
export const DEEPEST_SYMMETRIC = 16;

/** The error for a file that is not what it should be; `part` names the section or key. */
export function damaged(part: string, problem: string, details: Record<string, unknown> = {}): ModelFormatError {
  return new ModelFormatError(`CatBoost model file, ${part}: ${problem}`, {
    hint: 'The file is damaged, cut short or no CatBoost model: save it again (save_model in Python, exportNative here).',
    details: { part, ...details },
  });
}

/** The error for a sound file of a kind that cannot be evaluated here. */
export function unsupported(what: string, details: Record<string, unknown> = {}): ModelFormatError {
  return new ModelFormatError(`CatBoost model file: ${what} are not supported`, {
    hint: 'Train the model on numeric and categorical columns only.',
    details,
  });
}

/** Borders and values that conditions use, a feature each: ascending for floats and statistics, as they come for one-hot values. */
export interface UsedConditions {
  floatBorders: number[][];
  oneHotValues: number[][];
  ctrBorders: number[][];
}

/** What trees and combinations of the ensemble ask, by feature. */
export function usedConditions(ensemble: CatBoostEnsemble): UsedConditions {
  const floats = ensemble.floatFeatures.map(() => new Set<number>());
  const oneHots = ensemble.categoricalFeatures.map(() => new Set<number>());
  const ctrs = ensemble.ctrs.map(() => new Set<number>());
  for (const { conditions } of ensemble.trees) {
    for (const { kind, feature, ...rest } of conditions) {
      if ('value' in rest) oneHots[feature].add(rest.value);
      else (kind === 'float' ? floats : ctrs)[feature].add(Math.fround(rest.border));
    }
  }
  for (const { projection } of ensemble.ctrTables) {
    for (const { feature, border } of projection.floatConditions) floats[feature].add(Math.fround(border));
    for (const { feature, value } of projection.oneHotConditions) oneHots[feature].add(value);
  }
  const ascending = (set: Set<number>) => [...set].sort((a, b) => a - b);
  return {
    floatBorders: floats.map(ascending),
    oneHotValues: oneHots.map((set) => [...set]),
    ctrBorders: ctrs.map(ascending),
  };
}

/** All conditions in the order in which the files number them: floats, one-hot values, statistics, each by feature. */
export function numberedConditions(used: UsedConditions): Condition[] {
  return [
    ...used.floatBorders.flatMap((borders, feature) =>
      borders.map((border): Condition => ({ kind: 'float', feature, border })),
    ),
    ...used.oneHotValues.flatMap((values, feature) =>
      values.map((value): Condition => ({ kind: 'one-hot', feature, value })),
    ),
    ...used.ctrBorders.flatMap((borders, feature) =>
      borders.map((border): Condition => ({ kind: 'ctr', feature, border })),
    ),
  ];
}

/** The number of each condition in the files. */
export function conditionNumbers(used: UsedConditions): (condition: Condition) => number {
  const numbers = new Map(numberedConditions(used).map((condition, i) => [conditionKey(condition), i]));
  return (condition) => numbers.get(conditionKey(condition)) ?? -1;
}

const conditionKey = ({ kind, feature, ...rest }: Condition) =>
  `${kind} ${feature} ${'value' in rest ? rest.value : Math.fround(rest.border)}`;
