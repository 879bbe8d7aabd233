/** What `lstm` is; read by the registry without loading the model. */
export const LSTM_INFO = {
  name: 'lstm',
  family: 'neural',
  inputMode: 'sequence',
  tasks: ['classification', 'regression'],
  capabilities: { missingValues: true, sampleWeights: true, earlyStopping: true, featureImportance: false },
} as const;
