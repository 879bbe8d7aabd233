/** The configuration of `StackingModel`. */
import { withAliases } from '../../core/parameter-names.js';
import { lazySchema } from '../../core/schema.js';
import type { FoldKind } from '../held-out.js';
import { META_ALIASES, type MetaConfig, type MetaSettings, metaSchemas, settleMeta } from '../meta-config.js';

/** Parameters of `StackingModel`, every one optional. */
export interface StackingParameters extends MetaConfig {
  /** Parts of the rows: each is predicted by members trained on the others. Default 5. */
  folds?: number;
  /**
   * `'purged'`: contiguous parts in time, training rows purged by the spans of their labels (`times` and `labelEnds` of the rows; without
   * times, the rows' own order); for rows without order `'stratified'`, `'shuffled'`, or `'groups'`. Default `'purged'`.
   */
  foldKind?: FoldKind;
  /** After each purged part: below 1 a share of the rows, else milliseconds (without `times`: rows). Default 0. */
  embargo?: number;
  /** Rows that a label looks ahead, for purging where the rows have no `labelEnds`. Default 0. */
  horizon?: number;
  /** Members that predict are trained on all rows; false: the mean of the models of all folds. Default true. */
  refit?: boolean;
}

/** What `new StackingModel(...)` takes; the last four are scikit-learn's names. */
export type StackingConfig = StackingParameters & {
  estimators?: MetaConfig['members'];
  final_estimator?: MetaConfig['metaModel'];
  cv?: number;
  random_state?: number;
};

/** After parsing, defaults filled in. */
export interface StackingSettings extends MetaSettings {
  readonly folds: number;
  readonly foldKind: FoldKind;
  readonly embargo: number;
  readonly horizon: number;
}

export const stackingConfig = lazySchema((z) => {
  const parameters = {
    ...metaSchemas(z),
    folds: z.int().min(2).max(1000).optional(),
    foldKind: z.enum(['purged', 'stratified', 'shuffled', 'groups']).optional(),
    embargo: z.number().min(0).max(Number.MAX_VALUE).optional(),
    horizon: z.int().min(0).optional(),
  };
  const aliases = { ...META_ALIASES, cv: 'folds' };
  return withAliases<StackingSettings, StackingConfig>(z, parameters, aliases, (given, source, report) => {
    const settings = {
      ...settleMeta(given, report, true),
      folds: (given.folds as number | undefined) ?? 5,
      foldKind: (given.foldKind as FoldKind | undefined) ?? 'purged',
      embargo: (given.embargo as number | undefined) ?? 0,
      horizon: (given.horizon as number | undefined) ?? 0,
    };
    if (settings.foldKind === 'stratified' && settings.task === 'regression')
      report('foldKind', "'stratified' shares out classes: use 'shuffled' or 'purged' for a regression");
    for (const key of ['embargo', 'horizon'] as const) {
      if (settings.foldKind !== 'purged' && source.has(key))
        report(key, `is for folds in time: foldKind is '${settings.foldKind}'`);
    }
    return settings;
  });
});
