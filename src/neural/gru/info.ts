/** What `gru` is; read by the registry without loading the model. */
export const GRU_INFO = {
  name: 'gru',
  family: 'neural',
  inputMode: 'sequence',
  tasks: ['classification', 'regression'],
  capabilities: { missingValues: true, sampleWeights: true, earlyStopping: true, featureImportance: false },
} as const;
