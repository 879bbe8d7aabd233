/** Metrics in words: what they are called, in which direction they are better. */

const NAMES: Readonly<Record<string, readonly [label: string, better: 'higher' | 'lower', about: string]>> = {
  accuracy: ['Accuracy', 'higher', 'share of rows predicted right'],
  balancedAccuracy: ['Balanced accuracy', 'higher', 'mean recall of the classes'],
  precision: ['Precision', 'higher', 'share of positive predictions that are right'],
  recall: ['Recall', 'higher', 'share of positive rows that are found'],
  f1: ['F1', 'higher', 'harmonic mean of precision and recall'],
  matthewsCorrelation: ['Matthews correlation', 'higher', '−1 to 1; 0 is chance'],
  rocAuc: ['ROC AUC', 'higher', '0.5 is chance'],
  prAuc: ['PR AUC', 'higher', 'the share of positives is chance'],
  logLoss: ['Log-loss', 'lower', 'nats a row'],
  brierScore: ['Brier score', 'lower', 'mean squared error of the probabilities'],
  expectedCalibrationError: ['Calibration error', 'lower', 'mean distance of probability and frequency'],
  mae: ['Mean absolute error', 'lower', 'in units of the target'],
  mse: ['Mean squared error', 'lower', 'in squared units of the target'],
  rmse: ['RMSE', 'lower', 'in units of the target'],
  r2: ['R²', 'higher', '0 is the mean, 1 is perfect'],
  mape: ['MAPE', 'lower', 'mean error as a share of the target'],
};

export const metricLabel = (name: string): string => NAMES[name]?.[0] ?? name;
export const metricAbout = (name: string): string | undefined => NAMES[name]?.[2];
/** Undefined for a metric of the caller's own. */
export const betterWhen = (name: string): 'higher' | 'lower' | undefined => NAMES[name]?.[1];
