/** What `voting` is; read by the registry without loading the model. */
export const VOTING_INFO = {
  name: 'voting',
  family: 'ensemble',
  inputMode: 'features',
  tasks: ['classification', 'regression'],
  capabilities: { missingValues: true, sampleWeights: true, earlyStopping: false, featureImportance: true },
} as const;
