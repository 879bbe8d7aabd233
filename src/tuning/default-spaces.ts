/** Where each built-in model's hyperparameters are usually looked for; ranges follow the variants of config/models and what the libraries' guides advise. */
import { InvalidInputError } from '../core/errors.js';
import { float, int } from './distribution.js';
import type { SearchSpace } from './space.js';

const log = { log: true };

const neural: SearchSpace = {
  hiddenSize: [16, 32, 64, 128],
  dropout: float(0, 0.5),
  learningRate: float(1e-4, 1e-2, log),
};

const SPACES: Readonly<Record<string, SearchSpace>> = {
  lightgbm: {
    numLeaves: int(7, 255, log),
    learningRate: float(0.01, 0.3, log),
    numIterations: int(50, 500, log),
    minDataInLeaf: int(5, 200, log),
    lambdaL2: float(1e-3, 10, log),
    featureFraction: float(0.4, 1),
    baggingFraction: float(0.5, 1),
    baggingFreq: [0, 1, 5],
  },
  xgboost: {
    maxDepth: int(3, 10),
    learningRate: float(0.01, 0.3, log),
    numIterations: int(50, 500, log),
    minChildWeight: float(0.5, 50, log),
    regLambda: float(1e-3, 10, log),
    subsample: float(0.5, 1),
    colsampleBytree: float(0.4, 1),
  },
  catboost: {
    depth: int(4, 9),
    learningRate: float(0.01, 0.3, log),
    iterations: int(50, 500, log),
    l2LeafReg: float(0.5, 30, log),
    randomStrength: float(1e-2, 10, log),
  },
  random_forest: {
    nTrees: int(50, 300, log),
    maxDepth: int(3, 20),
    minSamplesLeaf: int(1, 100, log),
    maxFeatures: float(0.1, 1),
  },
  logistic: { C: float(1e-4, 1e3, log) },
  svm: { C: float(1e-2, 100, log), kernel: ['rbf', 'linear'] },
  ridge: { alpha: float(1e-4, 1e4, log) },
  lstm: { ...neural, numLayers: int(1, 2) },
  gru: { ...neural, numLayers: int(1, 2) },
  tcn: { ...neural, numLayers: int(2, 5) },
  transformer: { ...neural, numLayers: int(1, 3) },
  cnn1d: { dropout: neural.dropout, learningRate: neural.learningRate },
  hybrid: { dropout: neural.dropout, learningRate: neural.learningRate },
};

/** The space `tuneModel` searches when it is given none. @throws InvalidInputError - a model without one */
export function defaultSpace(model: string): SearchSpace {
  if (Object.hasOwn(SPACES, model)) return SPACES[model];
  throw new InvalidInputError(`There is no default search space for '${model}'`, {
    hint: `Give one as \`space\`. Models with one: ${Object.keys(SPACES).join(', ')}.`,
  });
}
