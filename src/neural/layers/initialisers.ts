/** First values of parameters, drawn from one seeded stream a parameter. The ranges are PyTorch's, so that trainings start alike. */
import type { Initialiser } from '../graph/graph.js';
import { sizeOf } from '../graph/shape.js';

/** Evenly in [-bound, bound]. */
export const uniform =
  (bound: number): Initialiser =>
  (random, shape) =>
    Float32Array.from({ length: sizeOf(shape) }, () => (2 * random.float() - 1) * bound);

/** [-1/sqrt(inputs), 1/sqrt(inputs)]: weights and biases of linear layers and convolutions. */
export const byInputs = (inputs: number): Initialiser => uniform(1 / Math.sqrt(inputs));

/** Glorot and Bengio (2010): the variance of values and of gradients is kept alike. */
export const glorot = (inputs: number, outputs: number): Initialiser => uniform(Math.sqrt(6 / (inputs + outputs)));

export const normal =
  (deviation: number): Initialiser =>
  (random, shape) =>
    Float32Array.from({ length: sizeOf(shape) }, () => random.normal() * deviation);

export const filled =
  (value: number): Initialiser =>
  (_, shape) =>
    new Float32Array(sizeOf(shape)).fill(value);
