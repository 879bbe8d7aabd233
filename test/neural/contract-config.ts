/** Trainings of the contract suite: short, without rows set aside, at a rate that learns within them. */
export const CONTRACT_CONFIG = { epochs: 6, patience: null, batchSize: 64, learningRate: 0.04, dropout: 0.1 };
