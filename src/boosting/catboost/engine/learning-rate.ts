/**
 * The learning rate CatBoost chooses where none is given: e^constant rows^power (iterations / 1000)^decay, at most 0.5. Coefficients
 * were fitted to the rates that CatBoost 1.2 reports, of which this is the exact form.
 */
import { exp, log } from '../../../core/math.js';
import type { CatBoostParams } from './params.js';

/** [power of the rows, constant, power of the iterations]. */
type Coefficients = readonly [power: number, constant: number, decay: number];

const CONSTANT_RATE = 0.03;

/** By loss, whether it starts from the average, and whether the best iteration is kept. */
const COEFFICIENTS: Record<string, Coefficients> = {
  'Logloss average best': [0.246, -5.127, -0.451],
  'Logloss average': [0.408, -7.299, -0.928],
  'Logloss best': [0.247, -5.158, -0.435],
  Logloss: [0.427, -7.525, -0.917],
  'RMSE average best': [0.157, -4.062, -0.61],
  'RMSE average': [0.158, -4.287, -0.813],
  'RMSE best': [0.189, -4.383, -0.623],
  RMSE: [0.178, -4.473, -0.76],
  'MultiClass best': [0.02, -2.364, -0.382],
  MultiClass: [0.051, -2.889, -0.845],
};

/** The rate of `params` for so many training rows; `best` says whether the best iteration of a validation set is kept. */
export function chooseLearningRate(params: CatBoostParams, rows: number, best: boolean): number {
  if (params.learningRate !== undefined) return params.learningRate;
  const { kind } = params.loss;
  const average = params.boostFromAverage && kind !== 'MultiClass' ? ' average' : '';
  const found = COEFFICIENTS[`${kind}${average}${best ? ' best' : ''}`];
  if (!found) return CONSTANT_RATE;
  const [power, constant, decay] = found;
  const rate = exp(power * log(rows) + constant + decay * log(params.iterations / 1000));
  return Math.round(Math.min(rate, 0.5) * 1e6) / 1e6;
}
