/** The upper bound of every row's variable: C times its weight times its class's weight. */
import { ConfigError, InvalidInputError } from '../../core/errors.js';
import { listed } from '../../core/text.js';
import type { ClassWeight } from '../logistic/config.js';

/**
 * scikit-learn's `compute_class_weight`: 'balanced' is rows / (classes * rows of the class), sample weights aside.
 *
 * @throws ConfigError - a class weight for a label that does not occur
 * @throws InvalidInputError - a class whose weight is 0
 */
export function classFactors(
  y: ArrayLike<number>,
  classes: readonly number[],
  classWeight: ClassWeight | undefined,
): Float64Array {
  const factors = new Float64Array(classes.length).fill(1);
  if (classWeight === undefined) return factors;
  if (classWeight === 'balanced') {
    const counts = new Float64Array(classes.length);
    for (let i = 0; i < y.length; i++) counts[y[i]]++;
    return counts.map((count) => y.length / (classes.length * count));
  }
  for (const [label, weight] of Object.entries(classWeight)) {
    const k = classes.indexOf(Number(label));
    if (k < 0) {
      throw new ConfigError(`svm: classWeight names '${label}', which is not a label of the training rows`, {
        hint: `The labels are ${listed([...classes], 20)}.`,
        details: { label, classes },
      });
    }
    if (weight === 0) {
      throw new InvalidInputError(`svm: the rows of class ${label} have the class weight 0`, {
        hint: 'Leave the class out of the training rows, or give it a weight above zero.',
      });
    }
    factors[k] = weight;
  }
  return factors;
}
