/** What `blending` is; read by the registry without loading the model. */
export const BLENDING_INFO = {
  name: 'blending',
  family: 'ensemble',
  inputMode: 'features',
  tasks: ['classification', 'regression'],
  capabilities: { missingValues: true, sampleWeights: true, earlyStopping: false, featureImportance: true },
} as const;
