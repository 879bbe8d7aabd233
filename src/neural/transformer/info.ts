/** What `transformer` is; read by the registry without loading the model. */
export const TRANSFORMER_INFO = {
  name: 'transformer',
  family: 'neural',
  inputMode: 'sequence',
  tasks: ['classification', 'regression'],
  capabilities: { missingValues: true, sampleWeights: true, earlyStopping: true, featureImportance: false },
} as const;
