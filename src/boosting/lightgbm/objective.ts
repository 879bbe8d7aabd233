/**
 * LightGBM's objectives: their names, the task each implies, and how raw scores become what the model predicts.
 * A model file of any listed objective can be read; `TRAINABLE` are those that `fit` takes.
 */
import { ModelFormatError } from '../../core/errors.js';
import { exp, log1p, sigmoid, softmaxInPlace } from '../../core/math.js';
import type { Task } from '../../model/types.js';

/** Objectives to train with, and LightGBM's other names for them. */
export const TRAINABLE = {
  binary: [],
  multiclass: ['softmax'],
  multiclassova: ['multiclass_ova', 'ova', 'ovr'],
  regression: ['regression_l2', 'l2', 'mean_squared_error', 'mse', 'l2_root', 'root_mean_squared_error', 'rmse'],
  regression_l1: ['l1', 'mean_absolute_error', 'mae'],
  huber: [],
  fair: [],
  quantile: [],
  mape: ['mean_absolute_percentage_error'],
  poisson: [],
  gamma: [],
  tweedie: [],
  cross_entropy: ['xentropy'],
  cross_entropy_lambda: ['xentlambda'],
} as const satisfies Record<string, readonly string[]>;

/** An objective that `fit` takes, by its main name. */
export type LightGBMObjective = keyof typeof TRAINABLE;
/** An objective by its main name, or by one of LightGBM's other names for it. */
export type LightGBMObjectiveName = LightGBMObjective | (typeof TRAINABLE)[LightGBMObjective][number];

export const OBJECTIVE_NAMES = Object.entries(TRAINABLE).flat(2) as LightGBMObjectiveName[];

/** The main name of an objective. */
export function canonicalObjective(name: LightGBMObjectiveName): LightGBMObjective {
  const found = Object.entries(TRAINABLE).find(([main, others]) => main === name || others.includes(name as never));
  return found?.[0] as LightGBMObjective;
}

export function taskOf(objective: LightGBMObjective): Task {
  return objective === 'binary' || objective.startsWith('multiclass') ? 'classification' : 'regression';
}

/** What a model file says about its objective. */
export interface FileObjective {
  name: string;
  /** Steepness of the logistic function, `sigmoid:` in the file. */
  sigmoid: number;
  /** Targets were square-rooted before training (`reg_sqrt`). */
  sqrt: boolean;
  /** `num_class:` in the file; 1 for binary and regression. */
  numClass: number;
}

/** How raw scores (one per output) become predictions; the library's `ConvertOutput`. */
export type Link = 'identity' | 'exp' | 'logistic' | 'softmax' | 'one-vs-all' | 'log1p-exp';

const LINKS: Readonly<Record<string, Link>> = {
  regression: 'identity',
  regression_l2: 'identity',
  regression_l1: 'identity',
  huber: 'identity',
  fair: 'identity',
  quantile: 'identity',
  mape: 'identity',
  poisson: 'exp',
  gamma: 'exp',
  tweedie: 'exp',
  binary: 'logistic',
  multiclass: 'softmax',
  multiclassova: 'one-vs-all',
  cross_entropy: 'logistic',
  cross_entropy_lambda: 'log1p-exp',
};

/** Parses `binary sigmoid:1`, `multiclass num_class:3`, ...; throws `ModelFormatError` for one this library cannot evaluate. */
export function parseObjective(text: string): FileObjective {
  const [name = '', ...options] = text.trim().split(/\s+/);
  if (!Object.hasOwn(LINKS, name)) {
    throw new ModelFormatError(`LightGBM model file: objective '${name}' is not supported`, {
      hint: `Objectives that can be read: ${Object.keys(LINKS).join(', ')}.`,
      details: { part: 'objective', objective: name },
    });
  }
  const objective: FileObjective = { name, sigmoid: 1, sqrt: false, numClass: 1 };
  for (const option of options) {
    const [key, value] = option.split(':');
    const number = Number(value);
    if (key === 'sigmoid' && number > 0 && Number.isFinite(number)) objective.sigmoid = number;
    else if (key === 'num_class' && Number.isInteger(number) && number > 0) objective.numClass = number;
    else if (key === 'sqrt' && value === undefined) objective.sqrt = true;
    else if (key === 'sigmoid' || key === 'num_class') {
      throw new ModelFormatError(`LightGBM model file: objective has '${option}'`, {
        hint: 'The file is damaged: export the model again.',
        details: { part: 'objective' },
      });
    }
    // Others (huber's alpha, tweedie's power, ...) shape training only.
  }
  return objective;
}

export function formatObjective(objective: FileObjective): string {
  switch (LINKS[objective.name]) {
    case 'logistic':
      return objective.name === 'binary' ? `binary sigmoid:${objective.sigmoid}` : objective.name;
    case 'softmax':
      return `${objective.name} num_class:${objective.numClass}`;
    case 'one-vs-all':
      return `${objective.name} num_class:${objective.numClass} sigmoid:${objective.sigmoid}`;
    default:
      return objective.sqrt ? `${objective.name} sqrt` : objective.name;
  }
}

export function linkOf(objective: FileObjective): Link {
  return LINKS[objective.name];
}

/** Whether a model with this objective predicts classes or values. */
export function taskOfFile(objective: FileObjective): Task {
  const link = LINKS[objective.name];
  return objective.name === 'binary' || link === 'softmax' || link === 'one-vs-all' ? 'classification' : 'regression';
}

/**
 * Turns raw scores into predictions, in place: `scores` holds rows of `outputs` values.
 * Softmax for multiclass, the logistic function for binary and one-vs-all, `exp` for Poisson, gamma and Tweedie.
 */
export function applyLink(objective: FileObjective, scores: Float64Array, outputs: number): void {
  const link = LINKS[objective.name];
  if (link === 'softmax') {
    for (let i = 0; i < scores.length; i += outputs) softmaxInPlace(scores, i, outputs);
    return;
  }
  const convert = converter(link, objective);
  if (convert) for (let i = 0; i < scores.length; i++) scores[i] = convert(scores[i]);
}

function converter(link: Link, objective: FileObjective): ((score: number) => number) | undefined {
  switch (link) {
    case 'exp':
      return exp;
    case 'logistic':
    case 'one-vs-all':
      return (score) => sigmoid(objective.sigmoid * score);
    case 'log1p-exp':
      return (score) => log1p(exp(score));
    default:
      return objective.sqrt ? (score) => Math.sign(score) * score * score : undefined;
  }
}
