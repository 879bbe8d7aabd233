/** What `random_forest` is; read by the registry without loading the model. */
export const RANDOM_FOREST_INFO = {
  name: 'random_forest',
  family: 'classical',
  inputMode: 'features',
  tasks: ['classification', 'regression'],
  capabilities: { missingValues: true, sampleWeights: true, earlyStopping: false, featureImportance: true },
} as const;
