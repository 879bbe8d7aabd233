/** From settings to numbers, once rows, columns and labels are known. */
import { ConfigError, InvalidInputError } from '../../core/errors.js';
import { listed } from '../../core/text.js';
import type { FitData } from '../../model/types.js';
import type { ForestClassWeight, RandomForestSettings } from './config.js';
import { CRITERIA, DEEPEST, type ForestParams, NO_LIMIT } from './params.js';

/** @throws ConfigError - more leaves, rows or columns asked for than make sense; InvalidInputError - targets that Poisson cannot have */
export function forestParams(settings: RandomForestSettings, data: FitData, firstTree: number): ForestParams {
  const { X, y, classes } = data;
  const { rows } = X;
  const { criterion, minSamplesSplit, minSamplesLeaf, oobScore, earlyStoppingRounds } = settings;
  if (criterion === 'poisson') checkPoisson(y);
  const minLeaf = minSamplesLeaf < 1 ? Math.ceil(minSamplesLeaf * rows) : minSamplesLeaf;
  const minSplit = minSamplesSplit < 1 ? Math.max(2, Math.ceil(minSamplesSplit * rows)) : minSamplesSplit;
  return {
    criterion: CRITERIA[criterion === 'log_loss' ? 'entropy' : criterion],
    classes: classes.length,
    firstTree,
    endTree: firstTree + settings.nTrees,
    maxFeatures: featuresOf(settings.maxFeatures, X.cols),
    maxDepth: Math.min(settings.maxDepth ?? DEEPEST, DEEPEST),
    minSplit: Math.max(minSplit, 2 * minLeaf),
    minLeaf,
    minWeightFraction: settings.minWeightFractionLeaf,
    maxLeaves: settings.maxLeafNodes ?? NO_LIMIT,
    minImpurityDecrease: settings.minImpurityDecrease,
    draws: settings.bootstrap ? drawsOf(settings.maxSamples, rows) : 0,
    extraTrees: settings.extraTrees,
    ccpAlpha: settings.ccpAlpha,
    balancedSubsample: settings.classWeight === 'balanced_subsample' && settings.bootstrap,
    outOfBag: oobScore || earlyStoppingRounds > 0,
    earlyStoppingRounds,
    maxBin: settings.maxBin,
  };
}

function featuresOf(wanted: RandomForestSettings['maxFeatures'], columns: number): number {
  if (wanted === 'sqrt') return Math.max(1, Math.floor(Math.sqrt(columns)));
  if (wanted === 'log2') return Math.max(1, 31 - Math.clz32(columns));
  return wanted <= 1 ? Math.max(1, Math.floor(wanted * columns)) : Math.min(columns, wanted);
}

function drawsOf(wanted: number | undefined, rows: number): number {
  if (wanted === undefined) return rows;
  if (wanted <= 1) return Math.max(1, Math.floor(wanted * rows));
  if (wanted <= rows) return wanted;
  throw new ConfigError(`random_forest: maxSamples is ${wanted}, there are ${rows} rows`, {
    hint: 'Give a share up to 1, or at most the number of rows.',
    details: { maxSamples: wanted, rows },
  });
}

function checkPoisson(y: Float64Array): void {
  let sum = 0;
  for (const [row, target] of y.entries()) {
    sum += target;
    if (target >= 0) continue;
    throw new InvalidInputError(
      `random_forest: criterion 'poisson' needs targets from 0 on, row ${row} has ${target}`,
      {
        hint: 'Use another criterion for targets below 0.',
        details: { row },
      },
    );
  }
  if (sum > 0) return;
  throw new InvalidInputError("random_forest: criterion 'poisson' needs a target above 0", {
    hint: 'All targets are 0: there is nothing to learn.',
  });
}

/** (rows,) shared: sample weight times class weight; undefined where all are 1. */
export function treeWeights(
  { y, weights, classes }: FitData,
  classWeight: ForestClassWeight | undefined,
  bootstrap: boolean,
): Float64Array | undefined {
  // Without draws a tree's own rows are all rows.
  const kind = classWeight === 'balanced_subsample' ? (bootstrap ? undefined : 'balanced') : classWeight;
  if (!weights && kind === undefined) return undefined;
  const factors = kind === undefined ? undefined : classFactors(kind, y, classes);
  const result = new Float64Array(new SharedArrayBuffer(y.length * 8));
  for (let i = 0; i < y.length; i++) result[i] = (weights ? weights[i] : 1) * (factors ? factors[y[i]] : 1);
  return result;
}

/** scikit-learn's `compute_class_weight`: 'balanced' is rows / (classes * rows of the class). */
function classFactors(
  classWeight: Exclude<ForestClassWeight, 'balanced_subsample'>,
  y: Float64Array,
  classes: readonly number[],
): Float64Array {
  const factors = new Float64Array(classes.length).fill(1);
  if (classWeight === 'balanced') {
    const counts = new Float64Array(classes.length);
    for (const k of y) counts[k]++;
    return counts.map((count) => y.length / (classes.length * count));
  }
  for (const [label, weight] of Object.entries(classWeight)) {
    const k = classes.indexOf(Number(label));
    if (k < 0) {
      throw new ConfigError(`random_forest: classWeight names '${label}', which is not a label of the training rows`, {
        hint: `The labels are ${listed([...classes], 20)}.`,
        details: { label, classes },
      });
    }
    factors[k] = weight;
  }
  if (!classes.some((_, k) => factors[k] > 0)) {
    throw new ConfigError('random_forest: classWeight gives every class the weight 0', {
      hint: 'At least one class must count.',
    });
  }
  return factors;
}
