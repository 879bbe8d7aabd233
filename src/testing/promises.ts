/** The promises every model keeps; scikit-learn's estimator checks are the floor. */
import { DAMAGE } from './damage-promises.js';
import { DETERMINISM } from './determinism-promises.js';
import { DISK } from './disk-promises.js';
import { IDENTITY } from './identity-promises.js';
import { IMPORTANCE } from './importance-promises.js';
import { INPUTS } from './inputs-promises.js';
import { LABELS } from './labels-promises.js';
import { PREDICTION } from './prediction-promises.js';
import type { Promised } from './promise.js';
import { REFUSALS } from './refusals-promises.js';
import { SEQUENCES } from './sequences-promises.js';
import { TRAINING } from './training-promises.js';
import { WEIGHTS } from './weights-promises.js';

/** What the promises are about, in the order in which they are checked. */
export const PROMISES_BY_SUBJECT: Readonly<Record<string, readonly Promised[]>> = {
  identity: IDENTITY,
  determinism: DETERMINISM,
  prediction: PREDICTION,
  weights: WEIGHTS,
  inputs: INPUTS,
  labels: LABELS,
  sequences: SEQUENCES,
  refusals: REFUSALS,
  training: TRAINING,
  importance: IMPORTANCE,
  disk: DISK,
  damage: DAMAGE,
};

export const PROMISES: readonly Promised[] = Object.values(PROMISES_BY_SUBJECT).flat();
