/** What training made, as the contents of a model file. */
import type { TrainedBoosting } from '../engine/train.js';
import type { XGBoostSettings } from './config.js';
import type { Target } from './engine-params.js';
import type { FileObjective, XGBoostFile } from './format.js';
import { asXGBoostTree } from './learned.js';

interface Trained {
  trained: TrainedBoosting;
  target: Target;
  settings: XGBoostSettings;
  objective: FileObjective;
  baseScore: Float32Array;
  float32Start: readonly number[];
  multiOutput: boolean;
  /** Columns of X that hold categories. */
  categorical: readonly number[];
  /** The model that training went on from. */
  earlier: XGBoostFile | undefined;
}

export function trainedFile(input: Trained): XGBoostFile {
  const { trained, target, settings, objective, baseScore, float32Start, multiOutput, earlier } = input;
  const { outputs } = target;
  const { features } = trained.ensemble;
  const { booster, numParallelTree } = settings;
  const trees = [...(earlier?.ensemble.trees ?? []), ...trained.ensemble.trees.map(asXGBoostTree)];
  const treesPerIteration = outputs * numParallelTree;
  const rounds = (earlier?.linear?.rounds ?? 0) + trained.bestIteration;
  const iterations = trained.linear ? rounds : trees.length / treesPerIteration;
  const categorical = new Set(input.categorical);
  const types = Array.from({ length: features }, (_, j) => (categorical.has(j) ? 'c' : 'float'));
  const classes = objective.name.startsWith('multi:');
  return {
    booster,
    ensemble: { trees, outputs, features, float32Start, treesPerIteration },
    ...(trained.linear ? { linear: { weights: trained.linear, rounds } } : {}),
    parallelTrees: trained.linear ? 1 : numParallelTree,
    multiOutput,
    objective,
    baseScore,
    numClass: classes ? outputs : 0,
    numTarget: classes ? 1 : outputs,
    featureNames: [],
    featureTypes: categorical.size > 0 ? types : [],
    attributes: trained.stoppedEarly ? { best_iteration: String(iterations - 1) } : {},
  };
}
