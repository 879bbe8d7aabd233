/** Which columns of X a configuration means: constraints and categories by number, by name, or as XGBoost's text. */
import { ConfigError } from '../../core/errors.js';
import { nearest } from '../../core/text.js';
import type { XGBoostSettings } from './config.js';

function fail(problem: string, hint: string): never {
  throw new ConfigError(`xgboost: ${problem}`, { hint });
}

function columnOf(column: number | string, names: readonly string[], what: string): number {
  const at = typeof column === 'number' ? column : names.indexOf(column);
  if (at >= 0 && at < names.length) return at;
  const close = typeof column === 'string' ? nearest(column, [...names]) : undefined;
  return fail(
    `${what} names feature ${JSON.stringify(column)}, which X does not have`,
    close ? `Did you mean '${close}'?` : `Features are numbered 0 to ${names.length - 1}.`,
  );
}

/** Ascending numbers of the columns that hold category codes. */
export function categoricalColumns(settings: XGBoostSettings, names: readonly string[]): number[] {
  const { categoricalFeatures, featureTypes } = settings;
  if (featureTypes && featureTypes.length !== names.length) {
    fail(`featureTypes has ${featureTypes.length} entries for ${names.length} features`, 'Give one type a feature.');
  }
  const columns = featureTypes
    ? featureTypes.flatMap((type, column) => (type === 'c' ? [column] : []))
    : (categoricalFeatures ?? []).map((column) => columnOf(column, names, 'categoricalFeatures'));
  return [...new Set(columns)].sort((a, b) => a - b);
}

/** -1, 0 or 1 a column; empty: no constraints. */
export function monotoneConstraints(
  { monotoneConstraints: given }: XGBoostSettings,
  names: readonly string[],
): number[] {
  if (given === undefined) return [];
  if (typeof given === 'string') return signsOf(given, names.length);
  if (Array.isArray(given)) return padded(given as readonly number[], names.length);
  const signs = new Array<number>(names.length).fill(0);
  for (const [name, sign] of Object.entries(given)) signs[columnOf(name, names, 'monotoneConstraints')] = sign;
  return signs;
}

function signsOf(text: string, count: number): number[] {
  const inside = /^\s*\((.*?),?\s*\)\s*$/.exec(text)?.[1];
  const signs = inside?.split(',').map((item) => (/^\s*[+-]?[01]\s*$/.test(item) ? Number(item) : Number.NaN));
  if (!signs || signs.some(Number.isNaN)) {
    return fail(`monotoneConstraints '${text}' cannot be read`, "Write -1, 0 or 1 a feature, such as '(1,0,-1)'.");
  }
  return padded(signs, count);
}

/** As in XGBoost, features beyond the list are free. */
function padded(signs: readonly number[], count: number): number[] {
  if (signs.length > count) {
    fail(`monotoneConstraints has ${signs.length} entries for ${count} features`, 'Give one a feature.');
  }
  return Array.from({ length: count }, (_, column) => signs[column] ?? 0);
}

/** Sets of columns that may meet on a path; empty: all may. */
export function interactionConstraints(settings: XGBoostSettings, names: readonly string[]): number[][] {
  const { interactionConstraints: given } = settings;
  if (given === undefined) return [];
  const sets: unknown = typeof given === 'string' ? parsed(given) : given;
  const valid =
    Array.isArray(sets) &&
    sets.every((set) => Array.isArray(set) && set.every((c) => typeof c === 'string' || Number.isInteger(c)));
  if (!valid) return fail(`interactionConstraints '${given}' cannot be read`, "Write '[[0, 1], [2, 3]]'.");
  return (sets as (number | string)[][]).map((set) =>
    set.map((column) => columnOf(column, names, 'interactionConstraints')),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replaceAll('(', '[').replaceAll(')', ']').replaceAll("'", '"'));
  } catch {
    return undefined;
  }
}
