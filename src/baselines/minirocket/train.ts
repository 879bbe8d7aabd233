/** Training of MiniRocket: features of all windows, scaled, and ridge on them with the strength of least leave-one-out error. */

import { weightedRows } from '../../classical/logistic/weights.js';
import { steepnessOf } from '../../classical/ridge/steepness.js';
import { trainRidge } from '../../classical/ridge/train.js';
import type { Windows } from '../../core/windows.js';
import type { FitData } from '../../model/types.js';
import type { MiniRocketSettings } from './config.js';
import type { RocketModel } from './format.js';
import { fitRocket, type RocketContext, sharedFloat64 } from './rocket.js';

/** Features by default, as published. */
const FEATURES = 10_000;
/** Of more windows than this the default is fewer features: the ridge is solved in closed form. */
export const MANY_WINDOWS = 4096;
const FEATURES_OF_MANY = 2000;

export const defaultFeatures = (windows: number): number => (windows > MANY_WINDOWS ? FEATURES_OF_MANY : FEATURES);

export async function trainRocket(
  data: FitData<Windows>,
  settings: MiniRocketSettings,
  context: RocketContext & { readonly seed: number },
): Promise<RocketModel> {
  const { X, y, weights, classes } = data;
  const weighted =
    classes.length > 0
      ? await weightedRows(y, weights, classes, settings.classWeight, 'MiniRocket')
      : { y, weights: Float64Array.from(y, (_, i) => weights?.[i] ?? 1), rows: undefined };
  const windows = weighted.rows ? X.take(weighted.rows) : X;
  const shape = {
    length: X.length,
    channels: X.base.cols,
    numFeatures: settings.numFeatures ?? defaultFeatures(windows.ends.length),
    maxDilationsPerKernel: settings.maxDilationsPerKernel,
    seed: context.seed,
  };
  const numFeatures = shape.numFeatures - (shape.numFeatures % 84);
  const columns = {
    weights: weighted.weights,
    means: sharedFloat64(numFeatures),
    lengths: sharedFloat64(numFeatures),
  };
  const { rocket, features } = await fitRocket(windows, shape, context, columns);
  const ridge = await trainRidge(
    { X: features, y: weighted.y, weights: weighted.weights, classes: classes.length },
    { alpha: 1, alphas: settings.alphas, fitIntercept: true },
    context,
  );
  const { outputs, errors, alphas, best } = ridge;
  return {
    rocket,
    outputs,
    ...unscaled(ridge.weights, ridge.intercept, columns),
    alpha: alphas[best],
    errors: Array.from(errors, (error, a) => ({ alpha: alphas[a], error })),
    steepness: classes.length > 0 ? steepnessOf(ridge, weighted) : 1,
  };
}

/** Weights of scaled features as weights of features. */
function unscaled(
  scaled: Float64Array,
  intercepts: Float64Array,
  { means, lengths }: { means: Float64Array; lengths: Float64Array },
): { weights: Float64Array; intercept: Float64Array } {
  const features = means.length;
  const weights = sharedFloat64(scaled.length);
  const intercept = intercepts.slice();
  for (let k = 0; k < intercept.length; k++) {
    for (let j = 0; j < features; j++) {
      if (lengths[j] === 0) continue;
      const weight = scaled[k * features + j] / lengths[j];
      weights[k * features + j] = weight;
      intercept[k] -= weight * means[j];
    }
  }
  return { weights, intercept };
}
