/** Raw scores of an XGBoost model, equal in every bit to XGBoost's own on a CPU. */
import { InvalidInputError } from '../../core/errors.js';
import type { Matrix } from '../../core/matrix.js';
import { predictEnsemble } from '../../trees/predictor.js';
import type { XGBoostFile } from './format.js';
import { predictLinear } from './linear-predict.js';

/** (rows * outputs) scores of the model, or of an ensemble of some of its trees. */
export async function predictScores(
  file: XGBoostFile,
  X: Matrix,
  options: { readonly threads: number },
  ensemble: XGBoostFile['ensemble'] = file.ensemble,
): Promise<Float64Array> {
  const { linear } = file;
  if (X.cols !== ensemble.features) {
    throw new InvalidInputError(`xgboost: X has ${X.cols} columns, the model ${ensemble.features}`, {
      hint: 'Pass the same features in the same order as in training.',
    });
  }
  if (linear) return predictLinear(linear, ensemble.float32Start ?? [0], X);
  return predictEnsemble(ensemble, X, options);
}
