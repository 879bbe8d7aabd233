/** What `stacking` is; read by the registry without loading the model. */
export const STACKING_INFO = {
  name: 'stacking',
  family: 'ensemble',
  inputMode: 'features',
  tasks: ['classification', 'regression'],
  capabilities: { missingValues: true, sampleWeights: true, earlyStopping: false, featureImportance: true },
} as const;
