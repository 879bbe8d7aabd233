/**
 * How differently the members of an ensemble err: pairwise measures of Kuncheva and Whitaker, "Measures of diversity in classifier ensembles
 * and their relationship with the ensemble accuracy", Machine Learning 51 (2003).
 */
import { sampleWeights } from '../core/checks.js';
import { InvalidInputError } from '../core/errors.js';
import type { Task } from '../model/types.js';
import { likeliest, type Opinion } from './combine.js';

/** How differently two members err (Kuncheva and Whitaker, 2003). */
export interface PairDiversity {
  readonly members: readonly [string, string];
  /** Correlation of the errors: of being wrong (0 or 1), or of what is left of the target; NaN where one never varies. */
  readonly errorCorrelation: number;
  /** Share of the rows of which exactly one is right; NaN for regression, as the two below. */
  readonly disagreement: number;
  /** (both right * both wrong - one each) / (their sum): 0 for independent members, 1 for alike ones; NaN where undefined. */
  readonly qStatistic: number;
  /** Share of the rows of which both are wrong. */
  readonly doubleFault: number;
}

/** How differently the members of an ensemble err. */
export interface Diversity {
  /** Every pair, in the order of the members. */
  readonly pairs: readonly PairDiversity[];
  /** Means over the pairs where the figure is defined. */
  readonly mean: Omit<PairDiversity, 'members'>;
}

export interface DiversityInput {
  readonly names: readonly string[];
  readonly opinions: readonly Opinion[];
  /** (n,) class numbers, or values. */
  readonly y: Float64Array;
  readonly weights?: ArrayLike<number>;
  readonly task: Task;
  readonly what: string;
}

/** @throws InvalidInputError - no rows, not one label or weight a row */
export function diversityOf({ names, opinions, y, weights, task, what }: DiversityInput): Diversity {
  const rows = opinions[0]?.rows ?? 0;
  if (rows === 0 || y.length !== rows) {
    throw new InvalidInputError(`${what}: diversity: ${y.length} labels for ${rows} rows`, {
      hint: 'Pass at least one row, and a label for each.',
    });
  }
  const w = weights === undefined ? new Float32Array(rows).fill(1) : sampleWeights(weights, rows, `${what}: weights`);
  const errors = opinions.map(({ data, cols }) =>
    Float64Array.from(y, (truth, i) =>
      task === 'regression' ? data[i] - truth : Number(likeliest(data, i * cols, cols) !== truth),
    ),
  );
  const pairs: PairDiversity[] = [];
  for (let a = 0; a < errors.length; a++) {
    for (let b = a + 1; b < errors.length; b++) {
      pairs.push({
        members: [names[a], names[b]],
        errorCorrelation: correlation(errors[a], errors[b], w),
        ...(task === 'regression' ? UNDEFINED : faults(errors[a], errors[b], w)),
      });
    }
  }
  const mean = (figure: (pair: PairDiversity) => number): number => {
    const known = pairs.map(figure).filter((value) => !Number.isNaN(value));
    return known.reduce((sum, value) => sum + value, 0) / known.length;
  };
  return {
    pairs,
    mean: {
      errorCorrelation: mean((pair) => pair.errorCorrelation),
      disagreement: mean((pair) => pair.disagreement),
      qStatistic: mean((pair) => pair.qStatistic),
      doubleFault: mean((pair) => pair.doubleFault),
    },
  };
}

const UNDEFINED = { disagreement: Number.NaN, qStatistic: Number.NaN, doubleFault: Number.NaN };

function faults(
  a: Float64Array,
  b: Float64Array,
  weights: Float32Array,
): Omit<PairDiversity, 'members' | 'errorCorrelation'> {
  const counts = [0, 0, 0, 0];
  let total = 0;
  for (let i = 0; i < a.length; i++) {
    counts[2 * a[i] + b[i]] += weights[i];
    total += weights[i];
  }
  const [right, onlyB, onlyA, wrong] = counts;
  return {
    disagreement: (onlyA + onlyB) / total,
    qStatistic: (right * wrong - onlyA * onlyB) / (right * wrong + onlyA * onlyB),
    doubleFault: wrong / total,
  };
}

function correlation(a: Float64Array, b: Float64Array, weights: Float32Array): number {
  let [total, meanA, meanB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    total += weights[i];
    meanA += weights[i] * a[i];
    meanB += weights[i] * b[i];
  }
  meanA /= total;
  meanB /= total;
  let [aa, bb, ab] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    aa += weights[i] * (a[i] - meanA) ** 2;
    bb += weights[i] * (b[i] - meanB) ** 2;
    ab += weights[i] * (a[i] - meanA) * (b[i] - meanB);
  }
  return ab / Math.sqrt(aa * bb);
}
