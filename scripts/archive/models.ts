/** Every registered model, trained small, and what it predicts of the archive's rows. */
import { join } from 'node:path';
import { type BaseModel, ModelRegistry, type PredictionOutput } from 'holdfast';
import type { ArchiveDataset } from './dataset.js';

type Data = { X: unknown; y: number[]; weights?: ArrayLike<number> };
type AnyModel = BaseModel & {
  fit(data: Data, options?: object): Promise<unknown>;
  predict(X: unknown): Promise<PredictionOutput>;
};

const tree = { numIterations: 3, numLeaves: 4, minDataInLeaf: 5 };
const members = [{ model: 'lightgbm', config: tree }, { model: 'logistic' }];
const network = { sequenceLength: 12, epochs: 1, batchSize: 32 };

/** Name in the archive, registered name, settings; `regression` fits the values in place of the labels. */
const MODELS: readonly [string, string, Record<string, unknown>][] = [
  ['lightgbm', 'lightgbm', tree],
  ['lightgbm-regression', 'lightgbm', { ...tree, task: 'regression', categoricalFeatures: [4], minDataPerGroup: 5 }],
  ['xgboost', 'xgboost', { numIterations: 3, maxDepth: 2 }],
  [
    'xgboost-regression',
    'xgboost',
    { objective: 'reg:squarederror', numIterations: 3, maxDepth: 2, categoricalFeatures: [4] },
  ],
  ['xgboost-linear', 'xgboost', { booster: 'gblinear', numIterations: 3 }],
  ['xgboost-dart', 'xgboost', { booster: 'dart', numIterations: 4, maxDepth: 2, rateDrop: 0.5 }],
  ['catboost', 'catboost', { iterations: 3, depth: 2, categoricalFeatures: [4] }],
  ['catboost-depthwise', 'catboost', { iterations: 3, depth: 2, growPolicy: 'Depthwise' }],
  ['catboost-regression', 'catboost', { task: 'regression', iterations: 3, depth: 2 }],
  ['random_forest', 'random_forest', { nTrees: 3, maxDepth: 3 }],
  ['random_forest-regression', 'random_forest', { task: 'regression', nTrees: 3, maxDepth: 3 }],
  ['logistic', 'logistic', {}],
  ['logistic-ovr', 'logistic', { multiClass: 'ovr', penalty: 'l1' }],
  ['ridge', 'ridge', {}],
  ['ridge-regression', 'ridge', { task: 'regression' }],
  ['svm', 'svm', {}],
  ['svm-linear', 'svm', { kernel: 'linear', solver: 'dcd' }],
  ['svm-nystroem', 'svm', { approximation: 'nystroem', components: 6 }],
  ['svm-regression', 'svm', { task: 'regression', svmType: 'nu' }],
  ['minirocket', 'minirocket', { numFeatures: 84 }],
  ...['platt', 'isotonic', 'beta', 'temperature'].map((method): [string, string, Record<string, unknown>] => [
    `calibrated-${method}`,
    'calibrated',
    { method, folds: 2, model: 'logistic' },
  ]),
  ['voting', 'voting', { members }],
  ['stacking', 'stacking', { members, folds: 2, passthrough: true }],
  ['blending-regression', 'blending', { task: 'regression', members: [members[0], { model: 'ridge' }] }],
  ['lstm', 'lstm', { ...network, hiddenSize: 4 }],
  ['gru', 'gru', { ...network, hiddenSize: 4 }],
  ['tcn', 'tcn', { ...network, hiddenSize: 4, numLayers: 2 }],
  ['cnn1d', 'cnn1d', { ...network, filters: [4] }],
  ['transformer', 'transformer', { ...network, hiddenSize: 8, numHeads: 2, numLayers: 1, feedForwardSize: 8 }],
  ['hybrid', 'hybrid', { ...network, encoder: 'lstm', hiddenSize: 4, featureSizes: [4], headSizes: [] }],
];

/** What the models gave, by their names in the archive. */
export async function archiveModels(directory: string, dataset: ArchiveDataset): Promise<Record<string, unknown>> {
  const expected: Record<string, unknown> = {};
  for (const [name, registered, config] of MODELS) {
    const Model = (await ModelRegistry.get(registered)) as unknown as new (config: object) => AnyModel;
    const model = new Model(config);
    const windows = model.info.inputMode === 'sequence';
    const y = config.task === 'regression' || config.objective ? dataset.values : dataset.labels;
    if (windows) await model.fit({ X: dataset.windows, y: dataset.windowLabels }, { seed: 7 });
    else await model.fit({ X: dataset.X, y, weights: dataset.weights }, { seed: 7 });
    await model.save(join(directory, name));
    const { predictions, probabilities } = await model.predict(windows ? dataset.newWindows : dataset.newRows);
    expected[name] = {
      model: registered,
      family: model.info.family,
      windows,
      predictions: Array.from(predictions),
      ...(probabilities && { probabilities: Array.from(probabilities.data) }),
    };
  }
  return expected;
}
