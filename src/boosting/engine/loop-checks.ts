/** Settings of the boosting loop that contradict each other or the data: a `ConfigError` before any work is done. */
import { ConfigError } from '../../core/errors.js';
import { LOSS } from './evaluation.js';
import type { BoostingParams } from './params.js';
import type { BoostingInput } from './training-data.js';

/** @throws ConfigError */
export function checkLoop(params: BoostingParams, data: BoostingInput, firstIteration: number): void {
  checkForest(params, data, firstIteration);
  checkSampling(params, data);
  const names = params.metrics.map(({ name }) => name);
  const watched = params.earlyStoppingMetric;
  if (watched !== undefined && watched !== LOSS && !names.includes(watched)) {
    refuse(
      `the metric to watch, '${watched}', is not evaluated`,
      `Name one of ${names.join(', ') || LOSS}, or leave it out for the first.`,
    );
  }
  const { learningRates, numIterations } = params;
  if (learningRates && (learningRates.length < numIterations || !learningRates.every((rate) => rate > 0))) {
    refuse('learning rates have to be above 0, one for each iteration', `Pass ${numIterations} of them.`);
  }
}

function checkForest(params: BoostingParams, data: BoostingInput, firstIteration: number): void {
  if (params.boosting !== 'rf') return;
  if (firstIteration > 0 || data.initScore || Object.values(data.evalSets ?? {}).some((set) => set.initScore)) {
    refuse('a random forest has no scores to start from', 'Leave out initScore and initModel.');
  }
  const { featureFraction, featureFractionByLevel, featureFractionByNode, extraTrees } = params;
  const features = featureFraction < 1 || featureFractionByLevel < 1 || featureFractionByNode < 1 || extraTrees;
  if (!features && !samplesRows(params)) {
    refuse(
      'the trees of a random forest would all be the same',
      'Set baggingFraction below 1 and baggingFreq to 1, or featureFraction below 1.',
    );
  }
}

function checkSampling(params: BoostingParams, { y }: BoostingInput): void {
  const { goss, posBaggingFraction, negBaggingFraction } = params;
  if (goss && goss.top + goss.other > 1) {
    refuse(`goss keeps ${goss.top} and ${goss.other} of the rows, more than all`, 'Their sum is at most 1.');
  }
  if (goss && samplesRows(params)) {
    refuse('rows cannot be sampled by goss and by bagging', 'Leave out one of them.');
  }
  if (goss && params.boosting === 'rf') {
    refuse('goss needs gradients that change from tree to tree', 'Use bagging for a random forest.');
  }
  if ((posBaggingFraction < 1 || negBaggingFraction < 1) && !y.every((label) => label === 0 || label === 1)) {
    refuse('bagging by label is for two classes', 'Use baggingFraction.');
  }
}

/** Whether trees see a part of the rows, apart from goss. */
function samplesRows({
  baggingFreq,
  baggingFraction,
  posBaggingFraction,
  negBaggingFraction,
}: BoostingParams): boolean {
  return baggingFreq > 0 && (baggingFraction < 1 || posBaggingFraction < 1 || negBaggingFraction < 1);
}

function refuse(problem: string, hint: string): never {
  throw new ConfigError(`Boosting: ${problem}`, { hint });
}
