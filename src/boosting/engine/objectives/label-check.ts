/** Which labels a loss is defined for. */
import { InvalidInputError } from '../../../core/errors.js';
import type { ObjectiveSpec } from './spec.js';

interface Rule {
  allowed(label: number): boolean;
  /** Completes "labels must ...". */
  says: string;
}

const NOT_NEGATIVE: Rule = { allowed: (y) => y >= 0, says: 'be 0 or more' };

const RULES: Partial<Record<ObjectiveSpec['kind'], Rule>> = {
  poisson: NOT_NEGATIVE,
  tweedie: NOT_NEGATIVE,
  gamma: NOT_NEGATIVE,
  squaredLog: { allowed: (y) => y > -1, says: 'be above -1' },
  crossEntropy: { allowed: (y) => y >= 0 && y <= 1, says: 'lie between 0 and 1' },
  crossEntropyLambda: { allowed: (y) => y >= 0 && y <= 1, says: 'lie between 0 and 1' },
};

/** @throws InvalidInputError naming the first row whose label the loss cannot take, or when counts are all 0. */
export function checkLabels({ kind }: ObjectiveSpec, labels: Float64Array, set: string): void {
  const rule = RULES[kind];
  if (!rule) return;
  const row = labels.findIndex((label) => !rule.allowed(label));
  if (row >= 0) {
    throw new InvalidInputError(`Objective '${kind}': label ${labels[row]} of row ${row} (${set})`, {
      hint: `Its labels must ${rule.says}; pick another objective for these.`,
      details: { objective: kind, set, row, label: labels[row] },
    });
  }
  if (rule === NOT_NEGATIVE && set === 'training' && labels.every((label) => label === 0)) {
    throw new InvalidInputError(`Objective '${kind}': every label is 0`, {
      hint: 'The logarithm of their mean is where boosting starts: some label must be above 0.',
      details: { objective: kind },
    });
  }
}
