/** What `logistic` is; read by the registry without loading the model. */
export const LOGISTIC_INFO = {
  name: 'logistic',
  family: 'classical',
  inputMode: 'features',
  tasks: ['classification'],
  capabilities: { missingValues: false, sampleWeights: true, earlyStopping: false, featureImportance: true },
} as const;
