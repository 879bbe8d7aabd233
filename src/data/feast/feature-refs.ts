/** Feature references such as 'driver_stats:trips_today': which column of which view, and what the column is called in the result. */
import { InvalidInputError } from '../../core/errors.js';
import { listed, nearest } from '../../core/text.js';

/** One feature of one view. */
export interface FeatureRef {
  readonly view: string;
  readonly feature: string;
}

/** What references are looked up in. */
export interface ViewFeatures {
  readonly name: string;
  readonly features: readonly string[];
}

/** @throws InvalidInputError - a text of another form */
export function splitRef(ref: string, what: string): FeatureRef {
  const colon = typeof ref === 'string' ? ref.indexOf(':') : -1;
  if (colon <= 0 || colon === ref.length - 1)
    fail(what, `'${ref}' is no feature reference`, "References have the form 'view:feature'.", String(ref));
  return { view: ref.slice(0, colon), feature: ref.slice(colon + 1) };
}

/** @throws InvalidInputError - a text of another form, an unknown view or feature, a reference given twice */
export function parseRefs(refs: readonly string[], views: readonly ViewFeatures[], what: string): FeatureRef[] {
  const seen = new Set<string>();
  return refs.map((ref) => {
    const { view, feature } = splitRef(ref, what);
    if (seen.has(ref)) fail(what, `the feature '${ref}' is asked for twice`, 'Name every feature once.', ref);
    seen.add(ref);
    const names = views.map(({ name }) => name);
    const known = views.find(({ name }) => name === view);
    if (!known) fail(what, `there is no feature view '${view}'`, suggestion(view, names, 'views'), ref);
    if (!known.features.includes(feature))
      fail(what, `view '${view}' has no feature '${feature}'`, suggestion(feature, known.features, 'features'), ref);
    return { view, feature };
  });
}

/** References of all features of the views, in their order. */
export const allRefs = (views: readonly ViewFeatures[]): FeatureRef[] =>
  views.flatMap(({ name, features }) => features.map((feature) => ({ view: name, feature })));

/**
 * Names of the result's columns.
 * @throws InvalidInputError - two features, or a feature and a column that is there already, of one name
 */
export function outputNames(
  refs: readonly FeatureRef[],
  full: boolean,
  taken: readonly string[],
  what: string,
): string[] {
  const names = refs.map(({ view, feature }) => (full ? `${view}__${feature}` : feature));
  const used = new Set(taken);
  for (const [i, name] of names.entries()) {
    if (used.has(name)) {
      const whose = taken.includes(name) ? 'a column of the entities' : 'a feature of another view';
      fail(
        what,
        `the feature '${refs[i].view}:${refs[i].feature}' has the name of ${whose}`,
        full ? 'Rename one of them.' : 'Set fullFeatureNames: true, which names columns view__feature.',
        name,
      );
    }
    used.add(name);
  }
  return names;
}

function suggestion(name: string, known: readonly string[], title: string): string {
  const close = nearest(name, known);
  return close ? `Did you mean '${close}'?` : `The ${title} are: ${listed(known, 20)}.`;
}

function fail(what: string, message: string, hint: string, subject: string): never {
  throw new InvalidInputError(`${what}: ${message}`, { hint, details: { subject } });
}
