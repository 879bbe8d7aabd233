/** What rows can be used for, by rows of which split, and after which other uses: the rules that the ledger holds everyone to. */
import type { SplitRole } from '../core/split.js';

/**
 * - `preprocess`: means, scales, categories, choices of columns were learned from the rows
 * - `fit`: a model was trained on them
 * - `early-stop`: they said when to stop training
 * - `tune`: hyperparameters, features or a model were chosen by scores on them
 * - `calibrate`: a map of probabilities was fitted on them
 * - `threshold`: a decision threshold was chosen on them
 * - `score`: their scores were looked at, as part of training
 * - `evaluate`: their scores are said to be what new rows will give
 */
export type RowUse = 'preprocess' | 'fit' | 'early-stop' | 'tune' | 'calibrate' | 'threshold' | 'score' | 'evaluate';

/** Who uses rows. */
export interface RowUser {
  /** Such as the name of the model. */
  readonly name: string;
  /**
   * The object that is biased by earlier uses of its own and of what it was made from: a model. Without one the use counts for everything
   * that is made of the data later.
   */
  readonly subject?: object;
  readonly run?: string;
}

export interface UseRule {
  /** Splits whose rows may be used so. */
  readonly roles: readonly SplitRole[];
  /** Uses of the same rows, by what is used now or by what it was made from, that would bias this one. */
  readonly notAfter: readonly RowUse[];
  /** As a message begins: "Early stopping". */
  readonly noun: string;
  /** As a message goes on: "500 rows that [were trained on]". */
  readonly past: string;
  /** What the caller can do instead. */
  readonly hint: string;
}

export const USE_RULES: Readonly<Record<RowUse, UseRule>> = {
  preprocess: {
    roles: ['train'],
    notAfter: [],
    noun: 'Preprocessing',
    past: 'preprocessing learned from',
    hint: 'Fit preprocessing on the train split, then transform the others with it.',
  },
  fit: {
    roles: ['train'],
    notAfter: [],
    noun: 'Training',
    past: 'the model was fitted on',
    hint: 'Train on the train split; validation rows are for stopping and choosing, test rows for the one evaluation at the end.',
  },
  'early-stop': {
    roles: ['train', 'validation'],
    notAfter: ['fit'],
    noun: 'Early stopping',
    past: 'stopped its training early',
    hint: 'Pass the validation split as `validation`: rows that say when to stop are part of the training.',
  },
  tune: {
    roles: ['train', 'validation'],
    notAfter: ['evaluate'],
    noun: 'Tuning',
    past: 'it was tuned on',
    hint: 'Choose by scores on the validation split, or by folds of the train split.',
  },
  calibrate: {
    roles: ['train', 'validation'],
    notAfter: ['fit', 'early-stop', 'tune', 'calibrate', 'threshold', 'evaluate'],
    noun: 'Calibration',
    past: 'its probabilities were calibrated on',
    hint: 'Calibrate on rows that nothing else used: splitForCalibration cuts them off the validation split.',
  },
  threshold: {
    roles: ['train', 'validation'],
    notAfter: ['fit', 'evaluate'],
    noun: 'The choice of a threshold',
    past: 'its threshold was chosen on',
    hint: 'Choose the threshold on the validation split.',
  },
  score: {
    roles: ['train', 'validation'],
    notAfter: [],
    noun: 'Scoring during training',
    past: 'were scored during training',
    hint: 'Pass the validation split. Test rows are evaluated once, after training.',
  },
  evaluate: {
    roles: ['train', 'validation', 'test', 'holdout'],
    notAfter: ['preprocess', 'fit', 'early-stop', 'tune', 'calibrate', 'threshold'],
    noun: 'Evaluation',
    past: 'it was evaluated on',
    hint: 'Evaluate on the test split, or on the holdout: rows that nothing else has used.',
  },
};

export const ROW_USES = Object.keys(USE_RULES) as readonly RowUse[];
