/** The losses that `fit` takes, from CatBoost's text to the engine's terms: `Quantile:alpha=0.9` to `{ kind, alpha }`. */
import { nearest } from '../../core/text.js';
import type { StatedLoss } from './engine/params.js';
import { lossName, lossParameters } from './loss.js';

interface Parameter {
  /** The engine's name of it. */
  as: string;
  fallback?: number;
  valid(value: number): boolean;
  range: string;
}

const share = { valid: (value: number) => value > 0 && value < 1, range: 'between 0 and 1' };

/** Parameters by loss, under CatBoost's names. */
const LOSSES: Readonly<Record<StatedLoss['kind'], Readonly<Record<string, Parameter>>>> = {
  Logloss: {},
  CrossEntropy: {},
  RMSE: {},
  MAE: {},
  Quantile: { alpha: { as: 'alpha', fallback: 0.5, ...share } },
  MAPE: {},
  Huber: { delta: { as: 'delta', valid: (value) => value > 0, range: 'above 0' } },
  Expectile: { alpha: { as: 'alpha', fallback: 0.5, ...share } },
  LogCosh: {},
  Lq: { q: { as: 'q', valid: (value) => value >= 1, range: 'at least 1' } },
  Poisson: {},
  Tweedie: {
    variance_power: { as: 'variancePower', valid: (value) => value > 1 && value < 2, range: 'between 1 and 2' },
  },
  MultiClass: {},
  MultiClassOneVsAll: {},
};

export const TRAINABLE_LOSSES = Object.keys(LOSSES) as StatedLoss['kind'][];

/** What is wrong with the text of a loss; undefined when it can be trained. */
export function lossProblem(loss: string): string | undefined {
  const name = lossName(loss);
  if (!Object.hasOwn(LOSSES, name)) {
    const close = nearest(name, TRAINABLE_LOSSES);
    return `'${name}' cannot be trained; ${close ? `did you mean '${close}'?` : `losses: ${TRAINABLE_LOSSES.join(', ')}`}`;
  }
  const known = LOSSES[name as StatedLoss['kind']];
  const given = lossParameters(loss);
  for (const [key, text] of Object.entries(given)) {
    if (!Object.hasOwn(known, key)) return `'${name}' has no parameter '${key}'`;
    const value = Number(text);
    if (text === '' || !known[key].valid(value))
      return `${key} of '${name}' is ${text}: it must be ${known[key].range}`;
  }
  const missing = Object.entries(known).find(([key, { fallback }]) => fallback === undefined && !(key in given));
  return missing ? `'${name}' needs '${missing[0]}', as in '${name}:${missing[0]}=1.5'` : undefined;
}

/** The loss for so many classes; the text has been checked by `lossProblem`. */
export function trainableLoss(loss: string, classes: number): StatedLoss {
  const kind = lossName(loss) as StatedLoss['kind'];
  const given = lossParameters(loss);
  const parameters = Object.fromEntries(
    Object.entries(LOSSES[kind]).map(([key, { as, fallback }]) => [as, key in given ? Number(given[key]) : fallback]),
  );
  const several = kind === 'MultiClass' || kind === 'MultiClassOneVsAll';
  return { kind, ...parameters, ...(several ? { classes } : {}) } as StatedLoss;
}
