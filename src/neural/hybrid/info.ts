/** What `hybrid` is; read by the registry without loading the model. */
export const HYBRID_INFO = {
  name: 'hybrid',
  family: 'neural',
  inputMode: 'hybrid',
  tasks: ['classification', 'regression'],
  capabilities: { missingValues: true, sampleWeights: true, earlyStopping: true, featureImportance: false },
} as const;
