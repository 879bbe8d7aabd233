/** What `xgboost` is; read by the registry without loading the model. */
export const XGBOOST_INFO = {
  name: 'xgboost',
  family: 'boosting',
  inputMode: 'features',
  tasks: ['classification', 'regression'],
  capabilities: { missingValues: true, sampleWeights: true, earlyStopping: true, featureImportance: true },
} as const;
