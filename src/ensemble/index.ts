/** `holdfast/ensemble`: models of models. */
import { registerBuiltins } from '../builtin.js';

registerBuiltins();

export type { BlendingParameters, BlendingSettings } from './blending/config.js';
export { type BlendingConfig, BlendingModel } from './blending/model.js';
export type { EnsembleConfig } from './common-config.js';
export type { Diversity, PairDiversity } from './diversity.js';
export type { EnsembleSettings, MemberScore } from './ensemble-model.js';
export type { FoldKind } from './held-out.js';
export type { MemberConfig, MemberModel, MemberSettings, ModelChoice } from './member-config.js';
export type { MetaConfig, MetaInput, MetaSettings } from './meta-config.js';
export type { StackingParameters, StackingSettings } from './stacking/config.js';
export { type StackingConfig, type StackingFitOptions, StackingModel } from './stacking/model.js';
export type { VotingParameters, VotingSettings } from './voting/config.js';
export { type VotingConfig, VotingModel } from './voting/model.js';
