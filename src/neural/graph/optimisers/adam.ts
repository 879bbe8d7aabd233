/** Adam (Kingma and Ba, 2015) and AdamW (Loshchilov and Hutter, 2019), with PyTorch's places of epsilon and of the corrections. */
import { pow } from '../../../core/math.js';
import { binary, unary, withNumber } from '../nodes.js';
import type { Optimiser } from './optimiser.js';

export interface AdamOptions {
  /** Decay of the mean of gradients; default 0.9. */
  beta1?: number;
  /** Decay of the mean of squared gradients; default 0.999. */
  beta2?: number;
  /** Default 1e-8. */
  epsilon?: number;
  /** Default 0. */
  weightDecay?: number;
  /** Weights shrink by themselves (AdamW) instead of through the gradient; default false. */
  decoupled?: boolean;
}

export function adam(options: AdamOptions = {}): Optimiser {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0, decoupled = false } = options;
  const shrinks = decoupled && weightDecay > 0;
  return {
    stateNames: ['mean', 'square'],
    scalarNames: ['rate', 'correction', ...(shrinks ? ['shrink'] : [])],
    scalars: (step, learningRate) => ({
      rate: learningRate / (1 - pow(beta1, step)),
      correction: 1 / Math.sqrt(1 - pow(beta2, step)),
      ...(shrinks ? { shrink: 1 - learningRate * weightDecay } : {}),
    }),
    update(parameters, gradient, state, { rate, correction, shrink }) {
      const total =
        weightDecay > 0 && !decoupled ? binary('Add', gradient, withNumber('Mul', parameters, weightDecay)) : gradient;
      const mean = binary('Add', withNumber('Mul', state.mean, beta1), withNumber('Mul', total, 1 - beta1));
      const squared = withNumber('Mul', binary('Mul', total, total), 1 - beta2);
      const square = binary('Add', withNumber('Mul', state.square, beta2), squared);
      const deviation = withNumber('Add', binary('Mul', unary('Sqrt', square), correction), epsilon);
      const start = shrink ? binary('Mul', parameters, shrink) : parameters;
      return {
        parameters: binary('Sub', start, binary('Div', binary('Mul', mean, rate), deviation)),
        state: { mean, square },
      };
    },
  };
}
