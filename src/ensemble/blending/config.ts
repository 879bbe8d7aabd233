/** The configuration of `BlendingModel`. */
import { withAliases } from '../../core/parameter-names.js';
import { lazySchema } from '../../core/schema.js';
import { META_ALIASES, type MetaConfig, type MetaSettings, metaSchemas, settleMeta } from '../meta-config.js';

/** Parameters of `BlendingModel`, every one optional. */
export interface BlendingParameters extends MetaConfig {
  /** Of the training rows, the last in time: the meta-model learns from the members' predictions of them. Default 0.2. */
  holdShare?: number;
  /** Rows that a label looks ahead, for purging where the rows have no `labelEnds`. Default 0. */
  horizon?: number;
  /** Train the members once more, on all rows, for prediction. Default false. */
  refit?: boolean;
}

/** What `new BlendingModel(...)` takes; the last three are scikit-learn's names for stacking. */
export type BlendingConfig = BlendingParameters & {
  estimators?: MetaConfig['members'];
  final_estimator?: MetaConfig['metaModel'];
  random_state?: number;
};

/** After parsing, defaults filled in. */
export interface BlendingSettings extends MetaSettings {
  readonly holdShare: number;
  readonly horizon: number;
}

export const blendingConfig = lazySchema((z) => {
  const parameters = {
    ...metaSchemas(z),
    holdShare: z.number().gt(0).lt(1).optional(),
    horizon: z.int().min(0).optional(),
  };
  return withAliases<BlendingSettings, BlendingConfig>(z, parameters, META_ALIASES, (given, _source, report) => ({
    ...settleMeta(given, report, false),
    holdShare: (given.holdShare as number | undefined) ?? 0.2,
    horizon: (given.horizon as number | undefined) ?? 0,
  }));
});
