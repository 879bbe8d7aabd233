/** What `tcn` is; read by the registry without loading the model. */
export const TCN_INFO = {
  name: 'tcn',
  family: 'neural',
  inputMode: 'sequence',
  tasks: ['classification', 'regression'],
  capabilities: { missingValues: true, sampleWeights: true, earlyStopping: true, featureImportance: false },
} as const;
