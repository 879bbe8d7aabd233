/** Class labels to indices and back: any finite numbers, ascending. */
import { InvalidInputError } from '../core/errors.js';
import { listed } from '../core/text.js';

/** Distinct labels in ascending order. -0 counts as 0. */
export function distinctLabels(y: Float64Array): number[] {
  const seen = new Set<number>();
  let last = Number.NaN;
  for (let i = 0; i < y.length; i++) {
    // Neighbours often share their label; a set look-up is ten times dearer than this comparison.
    if (y[i] === last) continue;
    last = y[i];
    seen.add(last + 0);
  }
  return [...seen].sort((a, b) => a - b);
}

/** Checks that the labels are classes one can learn: at least two, and not a continuous target by mistake. */
export function checkClasses(classes: readonly number[], rows: number, what: string): void {
  if (classes.length < 2) {
    throw new InvalidInputError(`${what}: all labels are ${classes[0]}; classification needs at least two classes`, {
      hint: 'Check how the labels were made, and that rows of each class have a weight above zero.',
      details: { classes },
    });
  }
  if (classes.length > 100 && classes.length > rows / 2 && classes.some((c) => !Number.isInteger(c))) {
    throw new InvalidInputError(
      `${what}: ${classes.length} different labels in ${rows} rows look like a continuous target`,
      {
        hint: "Use task: 'regression', or turn the target into classes.",
      },
    );
  }
}

/** Index of each label in `classes`; a label that is not there is an `InvalidInputError`. */
export function encodeLabels(y: Float64Array, classes: readonly number[], what: string): Float64Array {
  const index = new Map(classes.map((label, i) => [label, i]));
  const out = new Float64Array(y.length);
  const unknown = new Set<number>();
  for (let i = 0; i < y.length; i++) {
    const at = index.get(y[i] + 0);
    if (at === undefined) unknown.add(y[i]);
    else out[i] = at;
  }
  if (unknown.size > 0) {
    throw new InvalidInputError(`${what}: label ${listed([...unknown])} does not occur in the training rows`, {
      hint: `The training rows have the classes ${listed([...classes], 20)}. Merge or drop classes that training never sees.`,
      details: { unknown: [...unknown] },
    });
  }
  return out;
}
