/** Trainings of the contract suite: short, without rows set aside, at a rate that learns within them. */
export const QUICK = { epochs: 10, patience: null, batchSize: 64, learningRate: 0.04, dropout: 0.1 } as const;

/** Promises that training in batches of rows cannot keep. */
export const ROWS_IN_BATCHES = {
  'whole weights equal repetition': 'a repeated row lies in another batch, and in several steps of an epoch',
} as const;
