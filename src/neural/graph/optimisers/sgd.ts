/** Stochastic gradient descent with momentum as PyTorch has it (velocity = momentum * velocity + gradient). */
import { binary, withNumber } from '../nodes.js';
import type { Optimiser, OptimiserState } from './optimiser.js';

export interface SgdOptions {
  /** Default 0. */
  momentum?: number;
  /** Default 0. */
  weightDecay?: number;
}

export function sgd({ momentum = 0, weightDecay = 0 }: SgdOptions = {}): Optimiser {
  return {
    stateNames: momentum > 0 ? ['velocity'] : [],
    scalarNames: ['rate'],
    scalars: (_, learningRate) => ({ rate: learningRate }),
    update(parameters, gradient, state, { rate }) {
      const total = weightDecay > 0 ? binary('Add', gradient, withNumber('Mul', parameters, weightDecay)) : gradient;
      const velocity = momentum > 0 ? binary('Add', withNumber('Mul', state.velocity, momentum), total) : total;
      return {
        parameters: binary('Sub', parameters, binary('Mul', velocity, rate)),
        state: (momentum > 0 ? { velocity } : {}) as OptimiserState,
      };
    },
  };
}
