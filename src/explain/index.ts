/** `holdfast/explain`: why a model says what it says. */
export {
  type PartialDependenceOptions,
  type PartialDependenceResult,
  partialDependence,
} from './partial-dependence.js';
export {
  type PermutationImportanceOptions,
  type PermutationImportanceResult,
  permutationImportance,
} from './permutation-importance.js';
export { meanAbsolute, type ShapResult } from './shap-result.js';
export { type ShapOptions, shapValues } from './shap-values.js';
