/** `holdfast/ensemble`: models of models. */
import { registerBuiltins } from '../builtin.js';

registerBuiltins();

export { type BlendingConfig, BlendingModel } from './blending/model.js';
export type { Diversity, PairDiversity } from './diversity.js';
export type { MemberScore } from './ensemble-model.js';
export type { MemberConfig, ModelChoice } from './member-config.js';
export type { MetaConfig, MetaInput } from './meta-config.js';
export { type StackingConfig, type StackingFitOptions, StackingModel } from './stacking/model.js';
export { type VotingConfig, VotingModel } from './voting/model.js';
