/** What `catboost` is; read by the registry without loading the model. */
export const CATBOOST_INFO = {
  name: 'catboost',
  family: 'boosting',
  inputMode: 'features',
  tasks: ['classification', 'regression'],
  capabilities: { missingValues: true, sampleWeights: true, earlyStopping: true, featureImportance: true },
} as const;
