/** What stacking and blending have in common in their configs: the model that learns from what the members say. */
import type { Report } from '../core/parameter-names.js';
import type { ZodModule, ZodType } from '../core/schema.js';
import type { Task } from '../model/types.js';
import { COMMON_ALIASES, commonSchemas, type EnsembleConfig, settleCommon } from './common-config.js';
import type { EnsembleSettings } from './ensemble-model.js';
import { type MemberConfig, type MemberSettings, type ModelChoice, parseMember } from './member-config.js';

/** What the meta-model sees of a probability p: p itself, or log(p / (1 - p)) (of three and more classes log p). */
export type MetaInput = 'probabilities' | 'logits';

/** Hyperparameters that `StackingModel` and `BlendingModel` share: members, and the model that learns from what they predict. */
export interface MetaConfig extends EnsembleConfig {
  /** Learns from the members' predictions. Default: logistic; for a regression ridge with alpha 0.1, 1 or 10. */
  metaModel?: ModelChoice | Omit<MemberConfig, 'name'>;
  /** What it sees of probabilities. Default `'probabilities'`. */
  metaInput?: MetaInput;
  /** It sees the features too. Default false. */
  passthrough?: boolean;
}

/** After parsing, defaults filled in. */
export interface MetaSettings extends EnsembleSettings {
  readonly metaModel: MemberSettings;
  readonly metaInput: MetaInput;
  readonly passthrough: boolean;
  /** Members that predict are trained on all rows; else they are those whose predictions the meta-model learned from. */
  readonly refit: boolean;
}

/** scikit-learn's names. */
export const META_ALIASES = { ...COMMON_ALIASES, final_estimator: 'metaModel' };

export function metaSchemas(z: ZodModule): Record<string, ZodType> {
  return {
    ...commonSchemas(z),
    metaModel: z.unknown().optional(),
    metaInput: z.enum(['probabilities', 'logits']).optional(),
    passthrough: z.boolean().optional(),
    refit: z.boolean().optional(),
  };
}

export function settleMeta(given: Readonly<Record<string, unknown>>, report: Report, refit: boolean): MetaSettings {
  const common = settleCommon(given, report);
  const tell = (path: (string | number)[], message: string) => report(['metaModel', ...path].join('.'), message);
  const metaModel = parseMember(given.metaModel ?? defaultMeta(common.task), common.task, tell);
  return {
    ...common,
    metaModel: { ...(metaModel ?? { model: '', config: {} }), name: 'meta-model' },
    metaInput: (given.metaInput as MetaInput | undefined) ?? 'probabilities',
    passthrough: (given.passthrough as boolean | undefined) ?? false,
    refit: (given.refit as boolean | undefined) ?? refit,
  };
}

function defaultMeta(task: Task): MemberConfig {
  return task === 'regression' ? { model: 'ridge', config: { alphas: [0.1, 1, 10] } } : { model: 'logistic' };
}
