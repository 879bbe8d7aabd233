/** What `minirocket` is; read by the registry without loading the model. */
export const MINIROCKET_INFO = {
  name: 'minirocket',
  family: 'baseline',
  inputMode: 'sequence',
  tasks: ['classification', 'regression'],
  capabilities: { missingValues: false, sampleWeights: true, earlyStopping: false, featureImportance: false },
} as const;
