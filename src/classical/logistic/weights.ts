/** Row weights as the objective uses them: sample weight times class weight; rows of weight 0 are left out. */
import { ConfigError, InvalidInputError } from '../../core/errors.js';
import { listed } from '../../core/text.js';
import { Turns } from '../../core/turns.js';
import type { ClassWeight } from './config.js';

export interface WeightedRows {
  /** (m,) class index of each row that counts. */
  readonly y: Int32Array;
  /** (m,) its weight, > 0. */
  readonly weights: Float64Array;
  /** (m,) its row in X; undefined when every row counts. */
  readonly rows?: Uint32Array;
  /** (classes,) weight of each class. */
  readonly classTotals: Float64Array;
}

const shared = (bytes: number) => new SharedArrayBuffer(bytes);

/** Rows handled at a stretch. */
const STRETCH = 1 << 15;

/** In short turns. Throws `InvalidInputError` when a class is left without weight, `ConfigError` when a class weight names no class. */
export async function weightedRows(
  y: Float64Array,
  sampleWeights: ArrayLike<number> | undefined,
  classes: readonly number[],
  classWeight: ClassWeight | undefined,
  what = 'Logistic regression',
): Promise<WeightedRows> {
  const weightTotals = new Float64Array(classes.length);
  const counted = new Uint32Array(classes.length);
  await inTurns(y.length, (i) => {
    const weight = sampleWeights ? sampleWeights[i] : 1;
    weightTotals[y[i]] += weight;
    if (weight > 0) counted[y[i]]++;
  });
  const factors = classFactors(weightTotals, classes, classWeight, what);
  const kept = counted.reduce((sum, count, k) => sum + (factors[k] > 0 ? count : 0), 0);
  const result = {
    y: new Int32Array(shared(kept * 4)),
    weights: new Float64Array(shared(kept * 8)),
    rows: kept < y.length ? new Uint32Array(shared(kept * 4)) : undefined,
    classTotals: new Float64Array(classes.length),
  };
  let at = 0;
  await inTurns(y.length, (i) => {
    const weight = (sampleWeights ? sampleWeights[i] : 1) * factors[y[i]];
    if (!(weight > 0)) return;
    result.y[at] = y[i];
    result.weights[at] = weight;
    result.classTotals[y[i]] += weight;
    if (result.rows) result.rows[at] = i;
    at++;
  });
  checkTotals(result.classTotals, classes, what);
  return result;
}

async function inTurns(rows: number, visit: (row: number) => void): Promise<void> {
  const turns = new Turns();
  for (let from = 0; from < rows; from += STRETCH) {
    const to = Math.min(rows, from + STRETCH);
    for (let i = from; i < to; i++) visit(i);
    await turns.pause();
  }
}

function checkTotals(totals: Float64Array, classes: readonly number[], what: string): void {
  const without = classes.filter((_, k) => !(totals[k] > 0));
  if (without.length > 0) {
    throw new InvalidInputError(`${what}: no row of class ${listed(without)} has a weight above zero`, {
      hint: 'Leave the class out of the training rows, or give its rows or its classWeight a positive weight.',
      details: { classes: without },
    });
  }
}

/** The factor of each class: scikit-learn's `compute_class_weight`, where 'balanced' is total / (classes * weight of the class). */
function classFactors(
  totals: Float64Array,
  classes: readonly number[],
  classWeight: ClassWeight | undefined,
  what: string,
): Float64Array {
  const factors = new Float64Array(classes.length).fill(1);
  if (classWeight === undefined) return factors;
  if (classWeight === 'balanced') {
    const sum = totals.reduce((a, b) => a + b, 0);
    return factors.map((_, k) => (totals[k] > 0 ? sum / (classes.length * totals[k]) : 0));
  }
  for (const [label, weight] of Object.entries(classWeight)) {
    const k = classes.indexOf(Number(label));
    if (k < 0) {
      throw new ConfigError(`${what}: classWeight names '${label}', which is not a label of the training rows`, {
        hint: `The labels are ${listed([...classes], 20)}.`,
        details: { label, classes },
      });
    }
    factors[k] = weight;
  }
  return factors;
}
