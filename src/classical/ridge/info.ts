/** What `ridge` is; read by the registry without loading the model. */
export const RIDGE_INFO = {
  name: 'ridge',
  family: 'classical',
  inputMode: 'features',
  tasks: ['classification', 'regression'],
  capabilities: { missingValues: false, sampleWeights: true, earlyStopping: false, featureImportance: true },
} as const;
