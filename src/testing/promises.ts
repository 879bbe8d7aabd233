/** The promises every model keeps; scikit-learn's estimator checks are the floor. */
import { DETERMINISM } from './determinism-promises.js';
import { DISK } from './disk-promises.js';
import { INPUTS } from './inputs-promises.js';
import { PREDICTION } from './prediction-promises.js';
import type { Promised } from './promise.js';
import { REFUSALS } from './refusals-promises.js';
import { SEQUENCES } from './sequences-promises.js';
import { TRAINING } from './training-promises.js';
import { WEIGHTS } from './weights-promises.js';

export const PROMISES: readonly Promised[] = [
  ...DETERMINISM,
  ...PREDICTION,
  ...WEIGHTS,
  ...INPUTS,
  ...SEQUENCES,
  ...REFUSALS,
  ...TRAINING,
  ...DISK,
];
