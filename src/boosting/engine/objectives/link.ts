/** How raw scores become predictions: probabilities, means or values. */
import { exp, sigmoid, softmaxInPlace, softplus } from '../../../core/math.js';
import type { ObjectiveSpec } from './spec.js';

export type Link =
  | { kind: 'identity' | 'exp' | 'softmax' | 'softplus' | 'positive' | 'signedSquare' }
  /** 1 / (1 + e^(-steepness s)), each output by itself. */
  | { kind: 'logistic'; steepness: number };

/** The link of a loss; a caller's own loss has none. */
export function linkOf(spec: ObjectiveSpec): Link {
  switch (spec.kind) {
    case 'binary':
    case 'multiclassova':
      return { kind: 'logistic', steepness: spec.sigmoid ?? 1 };
    case 'crossEntropy':
      return { kind: 'logistic', steepness: 1 };
    case 'crossEntropyLambda':
      return { kind: 'softplus' };
    case 'multiclass':
      return { kind: 'softmax' };
    case 'poisson':
    case 'gamma':
    case 'tweedie':
      return { kind: 'exp' };
    case 'hinge':
      return { kind: 'positive' };
    case 'regression':
      return { kind: spec.sqrt ? 'signedSquare' : 'identity' };
    default:
      return { kind: 'identity' };
  }
}

/** Applies a link in place to rows of `outputs` scores each. */
export function applyLink(link: Link, scores: Float64Array, outputs: number): void {
  if (link.kind === 'softmax') {
    for (let i = 0; i < scores.length; i += outputs) softmaxInPlace(scores, i, outputs);
    return;
  }
  const convert = converter(link);
  if (convert) for (let i = 0; i < scores.length; i++) scores[i] = convert(scores[i]);
}

/** The link as a function of one score; undefined where nothing changes. */
function converter(link: Exclude<Link, { kind: 'softmax' }> | Link): ((score: number) => number) | undefined {
  switch (link.kind) {
    case 'exp':
      return exp;
    case 'logistic':
      return link.steepness === 1 ? sigmoid : (s) => sigmoid(link.steepness * s);
    case 'softplus':
      return softplus;
    case 'positive':
      return (s) => (s > 0 ? 1 : 0);
    case 'signedSquare':
      return (s) => Math.sign(s) * s * s;
    default:
      return undefined;
  }
}
