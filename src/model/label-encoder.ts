/** Class labels to indices and back: any finite numbers, ascending. */
import { InvalidInputError } from '../core/errors.js';
import { listed } from '../core/text.js';
import { inTurns } from '../core/turns.js';

/** Rows looked at between two looks at the clock. */
const STRETCH = 50_000;

/** Distinct labels in ascending order. -0 counts as 0. */
export function distinctLabels(y: Float64Array): number[] {
  const seen = new Set<number>();
  collectLabels(y, 0, y.length, seen);
  return [...seen].sort((a, b) => a - b);
}

/** The same, with turns of the event loop between. */
export async function distinctLabelsInTurns(y: Float64Array): Promise<number[]> {
  const seen = new Set<number>();
  await inTurns(y.length, STRETCH, (from, to) => collectLabels(y, from, to, seen));
  return [...seen].sort((a, b) => a - b);
}

function collectLabels(y: Float64Array, from: number, to: number, seen: Set<number>): void {
  let last = Number.NaN;
  for (let i = from; i < to; i++) {
    // Neighbours often share their label; a set look-up is ten times dearer than this comparison.
    if (y[i] === last) continue;
    last = y[i];
    seen.add(last + 0);
  }
}

/** Whether `predictions`, which are float32, can hold the label, and tell it from the one before. */
export function isOwnLabel(label: number, before: number | undefined): boolean {
  const own = Math.fround(label);
  return Number.isFinite(own) && (before === undefined || own > Math.fround(before));
}

/** Checks that the labels are classes one can learn: at least two, and not a continuous target by mistake. */
export function checkClasses(classes: readonly number[], rows: number, what: string): void {
  if (classes.length < 2) {
    throw new InvalidInputError(`${what}: all labels are ${classes[0]}; classification needs at least two classes`, {
      hint: 'Check how the labels were made, and that rows of each class have a weight above zero.',
      details: { classes },
    });
  }
  const same = classes.findIndex((label, k) => !isOwnLabel(label, classes[k - 1]));
  if (same >= 0) {
    throw new InvalidInputError(
      `${what}: the label ${classes[same]} is not told from others in float32, the type of predictions`,
      {
        hint: 'Number the classes 0, 1, 2, ... and keep their names beside.',
        details: { label: classes[same] },
      },
    );
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
  const codes = new LabelCodes(y, classes, what);
  codes.encode(0, y.length);
  return codes.checked();
}

/** The same, with turns of the event loop between. */
export async function encodeLabelsInTurns(
  y: Float64Array,
  classes: readonly number[],
  what: string,
): Promise<Float64Array> {
  const codes = new LabelCodes(y, classes, what);
  await inTurns(y.length, STRETCH, (from, to) => codes.encode(from, to));
  return codes.checked();
}

class LabelCodes {
  private readonly index: ReadonlyMap<number, number>;
  private readonly out: Float64Array;
  private readonly unknown = new Set<number>();

  constructor(
    private readonly y: Float64Array,
    private readonly classes: readonly number[],
    private readonly what: string,
  ) {
    this.index = new Map(classes.map((label, i) => [label, i]));
    this.out = new Float64Array(y.length);
  }

  encode(from: number, to: number): void {
    const { y, index, out } = this;
    let last = Number.NaN;
    let code = 0;
    for (let i = from; i < to; i++) {
      if (y[i] !== last) {
        last = y[i];
        const at = index.get(last + 0);
        if (at === undefined) this.unknown.add(last);
        code = at ?? 0;
      }
      out[i] = code;
    }
  }

  checked(): Float64Array {
    const { unknown, classes } = this;
    if (unknown.size === 0) return this.out;
    throw new InvalidInputError(`${this.what}: label ${listed([...unknown])} does not occur in the training rows`, {
      hint: `The training rows have the classes ${listed([...classes], 20)}. Merge or drop classes that training never sees.`,
      details: { unknown: [...unknown] },
    });
  }
}
