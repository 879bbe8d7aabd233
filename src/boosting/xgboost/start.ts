/** Scores that boosting starts from: the base score, unless rows bring scores of their own. */

import { ConfigError } from '../../core/errors.js';
import type { FitData, FitRows } from '../../model/types.js';
import { estimateBaseScore } from './base-score.js';
import type { XGBoostSettings } from './config.js';
import type { Target } from './engine-params.js';
import type { FileObjective } from './format.js';
import { baseScoreOf, isBaseScore } from './objective.js';

/** The base score, one an output in the units of predictions: as configured, or from the labels; neutral where rows have scores. */
export function startOf(
  data: FitData,
  { objective, outputs }: Target,
  settings: XGBoostSettings,
  file: FileObjective,
): Float32Array {
  if (data.initScore) return baseScoreOf(file, new Float64Array(outputs));
  const { baseScore } = settings;
  if (baseScore === undefined) {
    const estimated = estimateBaseScore(objective, data, outputs, settings);
    // All outputs of a linear model start at the same score: its file's first.
    return settings.booster === 'gblinear' ? estimated.fill(estimated[0]) : estimated;
  }
  if (!isBaseScore(file, Math.fround(baseScore))) {
    throw new ConfigError(`xgboost: baseScore is ${baseScore}, which objective '${objective}' cannot start from`, {
      hint: 'It is in the units of predictions: a probability for logistic objectives, above 0 for counts and amounts.',
    });
  }
  return new Float32Array(outputs).fill(baseScore);
}

/** The data with scores to start from on every set that has none. */
export function withStart(data: FitData, start: readonly number[]): FitData {
  const started = <R extends FitRows>(rows: R): R => {
    if (rows.initScore) return rows;
    const initScore = new Float64Array(rows.y.length * start.length);
    for (let i = 0; i < initScore.length; i++) initScore[i] = start[i % start.length];
    return { ...rows, initScore };
  };
  const evalSets = Object.fromEntries(Object.entries(data.evalSets ?? {}).map(([name, rows]) => [name, started(rows)]));
  return { ...started(data), validation: data.validation && started(data.validation), evalSets };
}
