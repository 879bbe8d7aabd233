/** What `calibrated` is; read by the registry without loading the model. */
export const CALIBRATED_INFO = {
  name: 'calibrated',
  family: 'ensemble',
  inputMode: 'features',
  tasks: ['classification'],
  capabilities: { missingValues: true, sampleWeights: true, earlyStopping: false, featureImportance: true },
} as const;
