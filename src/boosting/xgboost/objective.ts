/** XGBoost's objectives as its files name them: how scores become predictions, and where scores start. */
import { exp, log, sigmoid, softmaxInPlace } from '../../core/math.js';
import type { Task } from '../../model/types.js';
import { damaged } from './damage.js';
import type { FileObjective } from './format.js';

export type Link = 'identity' | 'logistic' | 'exp' | 'softmax' | 'step';

interface Traits {
  /** Scores to predictions. */
  readonly link: Link;
  /** `base_score` to scores, where it is not the inverse of `link`. */
  readonly start: 'identity' | 'logit' | 'log';
  readonly task: Task;
}

const regression = (link: Link, start: Traits['start'] = 'identity'): Traits => ({ link, start, task: 'regression' });
const classification = (link: Link, start: Traits['start']): Traits => ({ link, start, task: 'classification' });

const TRAITS = {
  'reg:squarederror': regression('identity'),
  'reg:linear': regression('identity'),
  'reg:squaredlogerror': regression('identity'),
  'reg:absoluteerror': regression('identity'),
  'reg:pseudohubererror': regression('identity'),
  'reg:quantileerror': regression('identity'),
  'reg:expectileerror': regression('identity'),
  'reg:logistic': regression('logistic', 'logit'),
  'count:poisson': regression('exp', 'log'),
  'reg:gamma': regression('exp', 'log'),
  'reg:tweedie': regression('exp', 'log'),
  'survival:cox': regression('exp', 'log'),
  'survival:aft': regression('exp', 'log'),
  'rank:pairwise': regression('identity'),
  'rank:ndcg': regression('identity'),
  'rank:map': regression('identity'),
  'binary:logistic': classification('logistic', 'logit'),
  // XGBoost returns the score itself; here it is a classifier, with the probability that the score stands for.
  'binary:logitraw': classification('logistic', 'identity'),
  'binary:hinge': classification('step', 'identity'),
  'multi:softprob': classification('softmax', 'identity'),
  'multi:softmax': classification('softmax', 'identity'),
} as const satisfies Record<string, Traits>;

export type KnownObjective = keyof typeof TRAITS;

/** What can be learned here, not only read. */
export const TRAINABLE = [
  'reg:squarederror',
  'reg:squaredlogerror',
  'reg:absoluteerror',
  'reg:pseudohubererror',
  'reg:quantileerror',
  'reg:logistic',
  'count:poisson',
  'reg:gamma',
  'reg:tweedie',
  'binary:logistic',
  'binary:logitraw',
  'binary:hinge',
  'multi:softprob',
  'multi:softmax',
] as const satisfies readonly KnownObjective[];

export type TrainableObjective = (typeof TRAINABLE)[number];

/** @throws ModelFormatError - an objective that is not known here */
export function knownObjective(name: string): KnownObjective {
  if (!Object.hasOwn(TRAITS, name)) {
    throw damaged('learner.objective', `objective '${name.slice(0, 60)}' is not supported`, { objective: name });
  }
  return name as KnownObjective;
}

const traitsOf = ({ name }: FileObjective): Traits => TRAITS[knownObjective(name)];

export function linkOf(objective: FileObjective): Link {
  return traitsOf(objective).link;
}

/** Whether a model with this objective predicts classes or values. */
export function taskOfObjective(objective: FileObjective): Task {
  return traitsOf(objective).task;
}

/** Whether the objective is one for several classes with an output each. */
export function isMulticlass(name: string): boolean {
  return name === 'multi:softprob' || name === 'multi:softmax';
}

/** `base_score` in the units of predictions to the score that trees are added to, in float32 as XGBoost computes it. */
export function startScores(objective: FileObjective, baseScore: Float32Array): number[] {
  const { start } = traitsOf(objective);
  return Array.from(baseScore, (base) => {
    if (start === 'logit') return -Math.fround(log(Math.fround(Math.fround(1 / base) - 1)));
    return start === 'log' ? Math.fround(log(base)) : base;
  });
}

/** The inverse of `startScores`: what a file says for scores that start at `scores`. */
export function baseScoreOf(objective: FileObjective, scores: ArrayLike<number>): Float32Array {
  const { start } = traitsOf(objective);
  return Float32Array.from(scores, (score) =>
    start === 'logit' ? sigmoid(score) : start === 'log' ? exp(score) : score,
  );
}

/** Whether `base_score` is one that the objective can start from. */
export function isBaseScore(objective: FileObjective, base: number): boolean {
  const { start } = traitsOf(objective);
  if (start === 'logit') return base > 0 && base < 1;
  return Number.isFinite(base) && (start === 'identity' || base > 0);
}

/** Turns raw scores into predictions, in place: `scores` holds rows of `outputs` values. */
export function applyLink(objective: FileObjective, scores: Float64Array, outputs: number): void {
  const { link } = traitsOf(objective);
  if (link === 'softmax') {
    for (let i = 0; i < scores.length; i += outputs) softmaxInPlace(scores, i, outputs);
    return;
  }
  if (link === 'identity') return;
  const convert = link === 'exp' ? exp : link === 'logistic' ? sigmoid : (score: number) => (score > 0 ? 1 : 0);
  for (let i = 0; i < scores.length; i++) scores[i] = convert(scores[i]);
}
