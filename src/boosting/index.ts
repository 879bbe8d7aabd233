/** `holdfast/boosting`: gradient-boosted trees. */
export type { LightGBMConfig, LightGBMParameters, LightGBMSettings } from './lightgbm/config.js';
export { LightGBMModel } from './lightgbm/model.js';
