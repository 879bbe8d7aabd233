/** `holdfast/explain`: why a model says what it says. */
export { meanAbsolute, type ShapResult } from './shap-result.js';
export { type ShapOptions, shapValues } from './shap-values.js';
