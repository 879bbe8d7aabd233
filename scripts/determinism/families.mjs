// The models whose bytes docs/determinism.md holds, one or more of each family, and the rows that they are trained on.
// [name, class, config, classes, rows]: 20,000 rows where four threads share the work, as few as show the same code elsewhere.
import { CatBoostModel, LightGBMModel, XGBoostModel } from '../../dist/boosting/index.js';
import { LogisticRegressionModel, RandomForestModel, RidgeModel, SVMModel } from '../../dist/classical/index.js';
import { BlendingModel, StackingModel, VotingModel } from '../../dist/ensemble/index.js';
import { CalibratedModel, Matrix, MiniRocketModel, Windows } from '../../dist/index.js';
import { CNN1DModel, GRUModel, HybridModel, LSTMModel, TCNModel, TransformerModel } from '../../dist/neural/index.js';

/** Integer noise (a linear congruential generator) and a label that depends on it. */
export function rowsOf(rows, cols, classes) {
  let state = 12345;
  const next = () => (state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff) / 0x7fffffff;
  const X = Matrix.zeros(rows, cols);
  const y = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) X.data[i * cols + j] = next() < 0.03 ? Number.NaN : next() * 4 - 2;
    const at = (j) => (Number.isNaN(X.data[i * cols + j]) ? 0 : X.data[i * cols + j]);
    y[i] = Math.floor(Math.max(0, Math.min(classes - 1, (at(0) + at(1) * at(2) + next() + 2) * (classes / 5))));
  }
  return { X, y, weights: Float32Array.from(y, (v, i) => 0.5 + (i % 7) / 3 + v / 10) };
}

/** The same rows as windows that overlap, for models of sequences. */
export function windowsOf({ X, y, weights }, length) {
  const ends = Uint32Array.from({ length: Math.floor(X.rows / 4) }, (_, i) => length - 1 + 2 * i);
  const base = Matrix.wrap(
    X.data.map((value) => (Number.isNaN(value) ? 0 : value)),
    X.cols,
  );
  return { X: new Windows(base, ends, length), y: y.slice(0, ends.length), weights: weights.slice(0, ends.length) };
}

const members = [
  { model: 'lightgbm', config: { numIterations: 10 } },
  { model: 'random_forest', config: { nTrees: 8 } },
];
const short = { sequenceLength: 10, epochs: 2, batchSize: 64 };
export const FAMILIES = [
  [
    'lightgbm 2 classes',
    LightGBMModel,
    { numIterations: 15, baggingFraction: 0.8, baggingFreq: 1, featureFraction: 0.8 },
    2,
  ],
  ['lightgbm 3 classes', LightGBMModel, { numIterations: 10 }, 3],
  ['lightgbm regression', LightGBMModel, { task: 'regression', numIterations: 15 }, 9],
  ['catboost 2 classes', CatBoostModel, { iterations: 15 }, 2],
  ['catboost Depthwise', CatBoostModel, { iterations: 10, growPolicy: 'Depthwise', minDataInLeaf: 20 }, 2],
  ['catboost Lossguide', CatBoostModel, { iterations: 6, growPolicy: 'Lossguide', maxLeaves: 12 }, 3],
  ['catboost 3 classes', CatBoostModel, { iterations: 8 }, 3],
  ['catboost regression', CatBoostModel, { task: 'regression', iterations: 15 }, 9],
  [
    'xgboost 2 classes',
    XGBoostModel,
    { numIterations: 15, subsample: 0.8, colsampleBytree: 0.8, colsampleBynode: 0.8 },
    2,
  ],
  ['xgboost 3 classes', XGBoostModel, { numIterations: 10, growPolicy: 'lossguide', maxLeaves: 20 }, 3],
  ['xgboost regression', XGBoostModel, { objective: 'reg:squarederror', numIterations: 15 }, 9],
  [
    'xgboost exact',
    XGBoostModel,
    { objective: 'reg:squarederror', treeMethod: 'exact', numIterations: 6, subsample: 0.9, colsampleBylevel: 0.8 },
    9,
    5000,
  ],
  [
    'xgboost linear',
    XGBoostModel,
    { booster: 'gblinear', numIterations: 8, featureSelector: 'shuffle', regAlpha: 0.001 },
    3,
  ],
  ['xgboost dart', XGBoostModel, { booster: 'dart', numIterations: 12, rateDrop: 0.3, oneDrop: true }, 2],
  [
    'xgboost categories',
    XGBoostModel,
    { objective: 'reg:squarederror', numIterations: 8, categoricalFeatures: [3, 4], maxCatToOnehot: 2 },
    9,
  ],
  ['logistic 3 classes', LogisticRegressionModel, {}, 3],
  [
    'logistic L1, one-vs-rest, C by cross-validation',
    LogisticRegressionModel,
    { penalty: 'l1', multiClass: 'ovr', Cs: [0.001, 0.01], folds: 3 },
    3,
  ],
  ['ridge regression', RidgeModel, { task: 'regression' }, 9],
  ['ridge 3 classes', RidgeModel, { alphas: [0.1, 1, 10] }, 3],
  ['calibrated 3 classes', CalibratedModel, { method: 'isotonic', folds: 3 }, 3],
  ['logistic 2 classes, standard errors', LogisticRegressionModel, { standardErrors: true }, 2],
  ['random_forest 3 classes', RandomForestModel, { nTrees: 12, oobScore: true }, 3],
  ['random_forest 9 classes', RandomForestModel, { nTrees: 8, criterion: 'entropy', maxDepth: 9 }, 9],
  ['random_forest regression', RandomForestModel, { task: 'regression', nTrees: 6, maxFeatures: 0.4 }, 9],
  ['random_forest extra trees', RandomForestModel, { nTrees: 8, extraTrees: true }, 2],
  ['svm 2 classes', SVMModel, { C: 0.5, probability: false }, 2, 4500],
  ['svm 3 classes', SVMModel, {}, 3, 1200],
  ['svm linear', SVMModel, { kernel: 'linear', solver: 'dcd' }, 3, 1500],
  ['svm nystroem', SVMModel, { approximation: 'nystroem', components: 60 }, 3, 1500],
  ['svm fourier', SVMModel, { approximation: 'fourier', components: 60 }, 3, 1500],
  ['minirocket 3 classes', MiniRocketModel, { numFeatures: 252 }, 3, 1500],
  ['minirocket regression', MiniRocketModel, { task: 'regression', numFeatures: 420 }, 9, 1000],
  ['voting 3 classes', VotingModel, { members: [...members, 'logistic'], weights: 'greedy' }, 3, 6000],
  ['voting regression', VotingModel, { task: 'regression', members: [...members, 'ridge'] }, 9, 6000],
  ['stacking 3 classes', StackingModel, { members, folds: 3, passthrough: true, metaModel: 'ridge' }, 3, 6000],
  ['blending regression', BlendingModel, { task: 'regression', members }, 9, 6000],
  ['svm regression', SVMModel, { task: 'regression', svmType: 'nu' }, 9, 1200],
  ['lstm', LSTMModel, { ...short, hiddenSize: 24 }, 3, 400],
  ['gru regression', GRUModel, { ...short, hiddenSize: 24, task: 'regression' }, 9, 400],
  ['tcn', TCNModel, { ...short, hiddenSize: 24 }, 3, 400],
  ['cnn1d', CNN1DModel, short, 2, 400],
  ['transformer', TransformerModel, short, 3, 400],
  ['hybrid', HybridModel, { ...short, encoder: 'cnn1d' }, 3, 400],
];
