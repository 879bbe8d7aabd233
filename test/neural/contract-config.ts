/** Trainings of the contract suite: short, without rows set aside, at a rate that learns within them. */
export const CONTRACT_CONFIG = { epochs: 10, patience: null, batchSize: 64, learningRate: 0.03, dropout: 0.1 };
