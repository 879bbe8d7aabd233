/** What `lightgbm` is; read by the registry without loading the model. */
export const LIGHTGBM_INFO = {
  name: 'lightgbm',
  family: 'boosting',
  inputMode: 'features',
  tasks: ['classification', 'regression'],
  capabilities: { missingValues: true, sampleWeights: true, earlyStopping: true, featureImportance: true },
} as const;
