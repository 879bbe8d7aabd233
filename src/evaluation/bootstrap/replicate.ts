/** The metrics of one model as a function of how often each row was drawn: ranks, losses and bins are found once, a resample only adds up. */
import { uniqueLabels } from '../../metrics/labels.js';
import { positiveClassOf } from '../score.js';
import { binaryReplicate } from './binary-replicate.js';
import { multiclassReplicate } from './multiclass-replicate.js';
import { regressionReplicate } from './regression-replicate.js';
import type { Replicate, ReplicateInput } from './replicate-input.js';

export function replicateOf(input: ReplicateInput): Replicate {
  if (input.task === 'regression') return regressionReplicate(input);
  const { classes, y } = input;
  const known = new Set(classes);
  const strange = uniqueLabels(y).some((label) => !known.has(label));
  // Probabilities say nothing about a label the model never saw; labels are compared all the same.
  if (strange) return multiclassReplicate({ ...input, probabilities: undefined });
  return positiveClassOf(classes) === undefined ? multiclassReplicate(input) : binaryReplicate(input);
}
