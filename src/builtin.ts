/** The one list of built-in models and how each is loaded; nothing here loads a model's code. */
import { MINIROCKET_INFO } from './baselines/minirocket/info.js';
import type { MiniRocketConfig } from './baselines/minirocket/model.js';
import { CATBOOST_INFO } from './boosting/catboost/info.js';
import type { CatBoostConfig } from './boosting/catboost/model.js';
import { LIGHTGBM_INFO } from './boosting/lightgbm/info.js';
import type { LightGBMConfig } from './boosting/lightgbm/model.js';
import { XGBOOST_INFO } from './boosting/xgboost/info.js';
import type { XGBoostConfig } from './boosting/xgboost/model.js';
import type { CalibratedConfig } from './calibration/config.js';
import { CALIBRATED_INFO } from './calibration/info.js';
import { LOGISTIC_INFO } from './classical/logistic/info.js';
import type { LogisticRegressionConfig } from './classical/logistic/model.js';
import { RANDOM_FOREST_INFO } from './classical/random-forest/info.js';
import type { RandomForestConfig } from './classical/random-forest/model.js';
import { RIDGE_INFO } from './classical/ridge/info.js';
import type { RidgeConfig } from './classical/ridge/model.js';
import { SVM_INFO } from './classical/svm/info.js';
import type { SVMConfig } from './classical/svm/model.js';
import { BLENDING_INFO } from './ensemble/blending/info.js';
import type { BlendingConfig } from './ensemble/blending/model.js';
import { STACKING_INFO } from './ensemble/stacking/info.js';
import type { StackingConfig } from './ensemble/stacking/model.js';
import { VOTING_INFO } from './ensemble/voting/info.js';
import type { VotingConfig } from './ensemble/voting/model.js';
import type { ModelClass } from './model/base-model.js';
import { ModelRegistry } from './model/registry.js';
import { CNN1D_INFO } from './neural/cnn1d/info.js';
import type { CNN1DConfig } from './neural/cnn1d/model.js';
import { GRU_INFO } from './neural/gru/info.js';
import type { GRUConfig } from './neural/gru/model.js';
import { HYBRID_INFO } from './neural/hybrid/info.js';
import type { HybridConfig } from './neural/hybrid/model.js';
import { LSTM_INFO } from './neural/lstm/info.js';
import type { LSTMConfig } from './neural/lstm/model.js';
import { TCN_INFO } from './neural/tcn/info.js';
import type { TCNConfig } from './neural/tcn/model.js';
import { TRANSFORMER_INFO } from './neural/transformer/info.js';
import type { TransformerConfig } from './neural/transformer/model.js';

declare module './model/registry.js' {
  interface ModelConfigs {
    blending: BlendingConfig;
    calibrated: CalibratedConfig;
    catboost: CatBoostConfig;
    cnn1d: CNN1DConfig;
    gru: GRUConfig;
    hybrid: HybridConfig;
    lightgbm: LightGBMConfig;
    logistic: LogisticRegressionConfig;
    lstm: LSTMConfig;
    minirocket: MiniRocketConfig;
    random_forest: RandomForestConfig;
    stacking: StackingConfig;
    svm: SVMConfig;
    ridge: RidgeConfig;
    tcn: TCNConfig;
    transformer: TransformerConfig;
    voting: VotingConfig;
    xgboost: XGBoostConfig;
  }
}

/** Registers the built-in models; done once by the core entry point. */
export function registerBuiltins(): void {
  ModelRegistry.register({
    ...named(CALIBRATED_INFO),
    load: async () => (await import('./calibration/model.js')).CalibratedModel as unknown as ModelClass,
  });
  ModelRegistry.register({
    ...named(CATBOOST_INFO),
    load: async () => (await import('./boosting/catboost/model.js')).CatBoostModel as unknown as ModelClass,
  });
  ModelRegistry.register({
    ...named(LIGHTGBM_INFO),
    load: async () => (await import('./boosting/lightgbm/model.js')).LightGBMModel as unknown as ModelClass,
  });
  ModelRegistry.register({
    ...named(XGBOOST_INFO),
    load: async () => (await import('./boosting/xgboost/model.js')).XGBoostModel as unknown as ModelClass,
  });
  ModelRegistry.register({
    ...named(LOGISTIC_INFO),
    load: async () => (await import('./classical/logistic/model.js')).LogisticRegressionModel as unknown as ModelClass,
  });
  ModelRegistry.register({
    ...named(RANDOM_FOREST_INFO),
    load: async () => (await import('./classical/random-forest/model.js')).RandomForestModel as unknown as ModelClass,
  });
  ModelRegistry.register({
    ...named(SVM_INFO),
    load: async () => (await import('./classical/svm/model.js')).SVMModel as unknown as ModelClass,
  });
  ModelRegistry.register({
    ...named(RIDGE_INFO),
    load: async () => (await import('./classical/ridge/model.js')).RidgeModel as unknown as ModelClass,
  });
  ModelRegistry.register({
    ...named(GRU_INFO),
    load: async () => (await import('./neural/gru/model.js')).GRUModel as unknown as ModelClass,
  });
  ModelRegistry.register({
    ...named(LSTM_INFO),
    load: async () => (await import('./neural/lstm/model.js')).LSTMModel as unknown as ModelClass,
  });
  ModelRegistry.register({
    ...named(MINIROCKET_INFO),
    load: async () => (await import('./baselines/minirocket/model.js')).MiniRocketModel as unknown as ModelClass,
  });
  ModelRegistry.register({
    ...named(CNN1D_INFO),
    load: async () => (await import('./neural/cnn1d/model.js')).CNN1DModel as unknown as ModelClass,
  });
  ModelRegistry.register({
    ...named(HYBRID_INFO),
    load: async () => (await import('./neural/hybrid/model.js')).HybridModel as unknown as ModelClass,
  });
  ModelRegistry.register({
    ...named(TCN_INFO),
    load: async () => (await import('./neural/tcn/model.js')).TCNModel as unknown as ModelClass,
  });
  ModelRegistry.register({
    ...named(TRANSFORMER_INFO),
    load: async () => (await import('./neural/transformer/model.js')).TransformerModel as unknown as ModelClass,
  });
  ModelRegistry.register({
    ...named(STACKING_INFO),
    load: async () => (await import('./ensemble/stacking/model.js')).StackingModel as unknown as ModelClass,
  });
  ModelRegistry.register({
    ...named(BLENDING_INFO),
    load: async () => (await import('./ensemble/blending/model.js')).BlendingModel as unknown as ModelClass,
  });
  ModelRegistry.register({
    ...named(VOTING_INFO),
    load: async () => (await import('./ensemble/voting/model.js')).VotingModel as unknown as ModelClass,
  });
}

const named = <I extends { name: string; family: string }>(info: I) => ({ name: info.name, family: info.family, info });
