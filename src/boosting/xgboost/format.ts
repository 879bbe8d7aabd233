/**
 * XGBoost's model file as plain data: what `readModel` (format-reader.ts) returns and `modelDocument` (format-writer.ts) takes.
 * Layout: https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html (its JSON schema; UBJSON holds the same document).
 */
import type { Ensemble } from '../../trees/tree.js';
import type { DocumentValue } from './document.js';

export interface XGBoostFile {
  /** 'dart' predicts as 'gbtree' does: each tree's weight is folded into its leaves. */
  booster: 'gbtree' | 'dart' | 'gblinear';
  /**
   * Scores are float32 sums from `baseScores` on, tree after tree. Tree i adds to output i % outputs; an iteration holds
   * `parallelTrees` trees an output. Without trees for gblinear.
   */
  ensemble: Ensemble;
  /** Trees an output in an iteration, where all iterations have the same number; otherwise 1. */
  parallelTrees: number;
  /** Trees come in groups, one an output, that are one tree with a vector in each leaf. */
  multiOutput: boolean;
  linear?: LinearWeights;
  objective: FileObjective;
  /** In the units of predictions (a probability for logistic, a mean for Poisson, ...), one an output. */
  baseScore: Float32Array;
  /** 0 unless the objective is for several classes. */
  numClass: number;
  /** Target columns, at least 1. */
  numTarget: number;
  /** Empty: the file names none. */
  featureNames: string[];
  /** XGBoost's 'float', 'int', 'i', 'q', 'c' (a categorical column); empty: the file names none. */
  featureTypes: string[];
  /** Free text by name: `best_iteration`, `best_score`, `scikit_learn`, our own `holdfast`. */
  attributes: Record<string, string>;
  /** Names of categories (pandas), kept as they were. */
  categories?: DocumentValue;
}

/** gblinear: (features + 1) rows of one weight an output; the last row is the bias. */
export interface LinearWeights {
  weights: Float32Array;
  rounds: number;
}

/** A loss by XGBoost's name, with the parameter groups that the file lists for it (values as text). */
export interface FileObjective {
  name: string;
  params: Record<string, Record<string, string>>;
}

/** Attribute in which class labels other than 0..k-1 travel; Python keeps it. */
export const OWN_ATTRIBUTE = 'holdfast';

/** Version that written files claim. */
export const FILE_VERSION = [3, 2, 0] as const;
