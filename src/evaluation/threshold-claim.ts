/** A decision rule that is reported beside a model: its threshold is chosen on validation rows, which the ledger remembers. */
import type { Split } from '../core/split.js';
import type { BaseModel } from '../model/base-model.js';
import type { ModelInput } from '../model/types.js';
import { claimRows, type RowClaim } from '../splits/claim-rows.js';
import { descend } from '../splits/lineage.js';

/**
 * The claim of the rule, to be recorded once a threshold was found; undefined where there is none to choose. The rule is made of the model,
 * not the model of the rule: the model's probabilities may still be calibrated on the same rows.
 *
 * @throws DataLeakageError - rows that the model was fitted on
 */
export function thresholdClaim(
  model: BaseModel,
  validation: Split<'validation', ModelInput> | undefined,
  run?: string,
): RowClaim | undefined {
  if (!validation || model.task !== 'classification' || model.classes.length !== 2) return undefined;
  const rule = {};
  descend(rule, [model]);
  return claimRows('threshold', validation, { name: `threshold of ${model.info.name}`, subject: rule, run });
}
