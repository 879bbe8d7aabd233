/** Area under the ROC curve, for two classes or averaged over several. */
import { InvalidInputError } from '../core/errors.js';
import { type LabelledScores, labelledScores, positiveAgainstRest } from './binary-scores.js';
import { checkProbabilities, type PredictedScores, scoreColumn } from './inputs.js';
import { indicator, largerPositive } from './labels.js';
import { averageOverClasses, flattened } from './one-vs-rest.js';
import { checkNumber, checkOptions, type MetricOptions } from './options.js';
import { descendingOrder, thresholdCounts } from './ranking.js';
import { mean } from './sums.js';

export interface RocAucOptions extends MetricOptions {
  /** Only the curve up to this false positive rate, rescaled to 0.5..1 (McClish, 1989). Two classes only. */
  maxFpr?: number;
}

const METRIC = 'rocAuc';

/**
 * Probability that a positive row scores higher than a negative one, ties counting half. NaN when only one class occurs.
 *
 * Two classes: scores of the larger label (or `positiveClass`), or a table of two columns. More: a table of probabilities, one
 * column a class; `multiClass: 'ovr'` (default) averages each class against the rest by `average` `'macro'` (default), `'weighted'`,
 * `'micro'` or `'none'`; `'ovo'` averages each pair of classes that occur (Hand and Till, 2001), `'macro'` or `'weighted'`, without weights.
 *
 * @throws InvalidInputError when the columns are not one a class, or rows of more than two classes do not add up to 1
 * @example
 * rocAuc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]); // 0.75
 */
export function rocAuc(
  yTrue: ArrayLike<number>,
  scores: PredictedScores,
  options: RocAucOptions & { average: 'none' },
): number[];
export function rocAuc(yTrue: ArrayLike<number>, scores: PredictedScores, options?: RocAucOptions): number;
export function rocAuc(
  yTrue: ArrayLike<number>,
  scores: PredictedScores,
  options: RocAucOptions = {},
): number | number[] {
  checkOptions(METRIC, options, ['maxFpr']);
  const maxFpr = options.maxFpr ?? 1;
  checkNumber(METRIC, 'maxFpr', maxFpr, (v) => v > 0 && v <= 1, 'a share above 0, at most 1');
  const input = labelledScores(METRIC, yTrue, scores, options);
  if (input.table.cols <= 2) {
    if (input.table.cols === 1 && input.present.length > 2)
      throw new InvalidInputError(`${METRIC}: ${input.classes.length} classes need one column of scores each`, {
        hint: 'Pass the probabilities of all classes as a Matrix, columns in ascending order of the classes.',
      });
    const { positive, scores: values, weights } = positiveAgainstRest(METRIC, input, options, largerPositive);
    return areaUnderRoc(positive, values, weights, maxFpr);
  }
  if (maxFpr !== 1)
    throw new InvalidInputError(`${METRIC}: maxFpr is for two classes`, {
      hint: 'Leave maxFpr out, or pass one class.',
    });
  checkProbabilities(METRIC, input.table, 1e-5);
  return options.multiClass === 'ovo' ? onePairAtATime(input, options) : oneAgainstRest(input, options);
}

/** Area under the ROC curve of checked input; NaN when a class has no weight. */
export function areaUnderRoc(
  positive: Uint8Array,
  scores: Float64Array,
  weights: Float64Array | undefined,
  maxFpr = 1,
): number {
  return maxFpr === 1 ? rankedArea(positive, scores)(weights) : partialArea(positive, scores, weights, maxFpr);
}

/**
 * The area as a function of the rows' weights, the ranking done once: what a bootstrap needs. NaN where a class has no weight.
 */
export function rankedArea(positive: Uint8Array, scores: Float64Array): (weights: Float64Array | undefined) => number {
  const order = descendingOrder(scores);
  return (weights) => {
    let area = 0;
    let above = 0;
    let negatives = 0;
    for (let i = 0; i < order.length; ) {
      const score = scores[order[i]];
      let tiedPositives = 0;
      let tiedNegatives = 0;
      for (; i < order.length && scores[order[i]] === score; i++) {
        const row = order[i];
        const w = weights ? weights[row] : 1;
        if (positive[row] === 1) tiedPositives += w;
        else tiedNegatives += w;
      }
      area += tiedNegatives * (above + tiedPositives / 2);
      above += tiedPositives;
      negatives += tiedNegatives;
    }
    return area / (above * negatives);
  };
}

/** Area up to `maxFpr`, cut on the straight line between two points of the curve, rescaled so that chance is 0.5. */
function partialArea(
  positive: Uint8Array,
  scores: Float64Array,
  weights: Float64Array | undefined,
  maxFpr: number,
): number {
  const { truePositives: tp, falsePositives: fp } = thresholdCounts(positive, scores, weights);
  const last = tp.length - 1;
  const positives = tp[last];
  const negatives = fp[last];
  if (positives === 0 || negatives === 0) return Number.NaN;
  const stop = maxFpr * negatives;
  let area = 0;
  let x = 0;
  let y = 0;
  for (let i = 0; i <= last && x < stop; i++) {
    const reached = Math.min(fp[i], stop);
    const height = fp[i] > stop ? y + ((tp[i] - y) * (stop - x)) / (fp[i] - x) : tp[i];
    area += ((reached - x) * (y + height)) / 2;
    x = reached;
    y = height;
  }
  const chance = (maxFpr * maxFpr) / 2;
  return 0.5 * (1 + (area / (positives * negatives) - chance) / (maxFpr - chance));
}

function oneAgainstRest(input: LabelledScores, options: RocAucOptions): number | number[] {
  if (options.average === 'micro') {
    const all = flattened(input);
    return areaUnderRoc(all.positive, all.scores, all.weights);
  }
  return averageOverClasses(METRIC, input, options.average, areaUnderRoc);
}

function onePairAtATime({ yTrue, table, weights, classes, present }: LabelledScores, options: RocAucOptions): number {
  const average = options.average ?? 'macro';
  if (weights || (average !== 'macro' && average !== 'weighted'))
    throw new InvalidInputError(
      `${METRIC}: multiClass 'ovo' does not work with ${weights ? 'sampleWeight' : `average '${average}'`}`,
      { hint: "Use multiClass: 'ovr', or leave sampleWeight out and average by 'macro' or 'weighted'." },
    );
  const areas: number[] = [];
  const prevalences: number[] = [];
  for (let a = 0; a < present.length; a++) {
    for (let b = a + 1; b < present.length; b++) {
      const rows = Array.from(yTrue.keys()).filter((i) => yTrue[i] === present[a] || yTrue[i] === present[b]);
      const labels = rows.map((i) => yTrue[i]);
      const area = (label: number) => {
        const column = scoreColumn(table, classes.indexOf(label));
        return areaUnderRoc(
          indicator(labels, label),
          Float64Array.from(rows, (i) => column[i]),
          undefined,
        );
      };
      areas.push((area(present[a]) + area(present[b])) / 2);
      prevalences.push(rows.length / yTrue.length);
    }
  }
  return mean(areas, average === 'weighted' ? prevalences : undefined);
}
