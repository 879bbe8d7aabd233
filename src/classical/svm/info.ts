/** What `svm` is; read by the registry without loading the model. */
export const SVM_INFO = {
  name: 'svm',
  family: 'classical',
  inputMode: 'features',
  tasks: ['classification', 'regression'],
  capabilities: { missingValues: false, sampleWeights: true, earlyStopping: false, featureImportance: false },
} as const;
