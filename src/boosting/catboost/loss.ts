/**
 * CatBoost's losses by name: the task each implies and how raw scores become what the model predicts
 * (https://catboost.ai/docs/en/concepts/loss-functions). A file of any loss can be read; one unknown here predicts raw scores.
 */
import { exp, sigmoid, softmaxInPlace } from '../../core/math.js';
import { Matrix } from '../../core/matrix.js';
import { Turns } from '../../core/turns.js';
import type { Task } from '../../model/types.js';

/** `probability`: two classes from one score; `softmax` and `one-vs-all`: a score a class; `exp` and `identity`: values. */
export type Link = 'probability' | 'softmax' | 'one-vs-all' | 'logistic' | 'exp' | 'identity';

const LINKS: Readonly<Record<string, Link>> = {
  Logloss: 'probability',
  Focal: 'probability',
  CrossEntropy: 'logistic',
  MultiClass: 'softmax',
  MultiClassOneVsAll: 'one-vs-all',
  Poisson: 'exp',
  Tweedie: 'exp',
  LogLinQuantile: 'exp',
};

/** Name without parameters: `Quantile` of `Quantile:alpha=0.9`. */
export function lossName(loss: string): string {
  const colon = loss.indexOf(':');
  return colon < 0 ? loss : loss.slice(0, colon);
}

/** Parameters of a loss: `{ alpha: '0.9' }` of `Quantile:alpha=0.9`. */
export function lossParameters(loss: string): Record<string, string> {
  const colon = loss.indexOf(':');
  if (colon < 0) return {};
  return Object.fromEntries(
    loss
      .slice(colon + 1)
      .split(';')
      .filter((pair) => pair !== '')
      .map((pair) => {
        const equals = pair.indexOf('=');
        return equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
      }),
  );
}

export function linkOf(loss: string): Link {
  const name = lossName(loss);
  return Object.hasOwn(LINKS, name) ? LINKS[name] : 'identity';
}

/** A model that predicts classes, or values. Cross-entropy learns probabilities from probabilities: values. */
export function taskOfLoss(loss: string): Task {
  const link = linkOf(loss);
  return link === 'probability' || link === 'softmax' || link === 'one-vs-all' ? 'classification' : 'regression';
}

const ROWS_PER_STEP = 20_000;

/** How raw scores become what a model predicts. */
export interface OutputRule {
  readonly loss: string;
  readonly outputs: number;
  /** The output of each class; empty for a regression. */
  readonly order: readonly number[];
}

/**
 * Raw scores (n, outputs) to probabilities (n, classes) or values (n,). A regression of several outputs (MultiRMSE, MultiQuantile,
 * RMSEWithUncertainty) predicts its first; `scores` is used up.
 */
export async function fromScores(rule: OutputRule, scores: Float64Array): Promise<Matrix | Float64Array> {
  const { loss, outputs, order } = rule;
  const link = linkOf(loss);
  const turns = new Turns();
  const rows = scores.length / outputs;
  // Plain memory: shared memory for one row would cost more than its scores do.
  const out =
    taskOfLoss(loss) === 'regression' ? undefined : Matrix.wrap(new Float32Array(rows * order.length), order.length);
  for (let from = 0; from < rows; from += ROWS_PER_STEP) {
    if (from > 0) await turns.pause();
    const part = scores.subarray(from * outputs, (from + ROWS_PER_STEP) * outputs);
    if (out) writeProbabilities(rule, part, out.data.subarray(from * order.length));
    else applyLink(link, part, outputs);
  }
  if (out) return out;
  return outputs === 1 ? scores : Float64Array.from({ length: rows }, (_, i) => scores[i * outputs]);
}

/** Raw scores (n, outputs) of a classification, which are used up, to probabilities (n, classes). */
export function writeProbabilities(
  { loss, outputs, order }: OutputRule,
  scores: Float64Array,
  out: Float32Array,
): void {
  applyLink(linkOf(loss), scores, outputs);
  const classes = order.length;
  if (outputs === 1) {
    for (let j = 0; j < classes; j++) {
      if (order[j] === 1) for (let i = 0; i < scores.length; i++) out[i * classes + j] = scores[i];
      else for (let i = 0; i < scores.length; i++) out[i * classes + j] = 1 - scores[i];
    }
    return;
  }
  for (let from = 0, at = 0; from < scores.length; from += outputs, at += classes) {
    for (let j = 0; j < classes; j++) out[at + j] = scores[from + order[j]];
  }
}

function applyLink(link: Link, scores: Float64Array, outputs: number): void {
  if (link === 'identity') return;
  if (link === 'softmax') {
    for (let i = 0; i < scores.length; i += outputs) softmaxInPlace(scores, i, outputs);
    return;
  }
  const convert = link === 'exp' ? exp : sigmoid;
  for (let i = 0; i < scores.length; i++) scores[i] = convert(scores[i]);
  if (link === 'one-vs-all') for (let i = 0; i < scores.length; i += outputs) shares(scores, i, outputs);
}

/** One-vs-all probabilities do not sum to 1 by themselves. */
function shares(scores: Float64Array, offset: number, outputs: number): void {
  let sum = 0;
  for (let k = 0; k < outputs; k++) sum += scores[offset + k];
  for (let k = 0; k < outputs; k++) scores[offset + k] = sum > 0 ? scores[offset + k] / sum : 1 / outputs;
}
