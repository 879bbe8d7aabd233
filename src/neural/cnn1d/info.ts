/** What `cnn1d` is; read by the registry without loading the model. */
export const CNN1D_INFO = {
  name: 'cnn1d',
  family: 'neural',
  inputMode: 'sequence',
  tasks: ['classification', 'regression'],
  capabilities: { missingValues: true, sampleWeights: true, earlyStopping: true, featureImportance: false },
} as const;
