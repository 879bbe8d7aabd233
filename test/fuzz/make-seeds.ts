/** Makes the good inputs that fuzzing begins with: node --import tsx test/fuzz/make-seeds.ts. Small, and once: changing them changes every case. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AgentMemory } from '../../src/agent/memory/agent-memory.js';
import type { CatBoostModel } from '../../src/boosting/catboost/model.js';
import type { LightGBMModel } from '../../src/boosting/lightgbm/model.js';
import type { XGBoostModel } from '../../src/boosting/xgboost/model.js';
import { registerBuiltins } from '../../src/builtin.js';
import type { SVMModel } from '../../src/classical/svm/model.js';
import { writeCheckpoint } from '../../src/core/checkpoint-file.js';
import { Matrix } from '../../src/core/matrix.js';
import { Table } from '../../src/core/table.js';
import { TimeSeriesDataContainer } from '../../src/data/container.js';
import type { BaseModel } from '../../src/model/base-model.js';
import { ModelRegistry } from '../../src/model/registry.js';
import { PreprocessingPipeline } from '../../src/preprocessing/pipeline.js';
import { SplitRegistry } from '../../src/splits/registry.js';
import { syntheticClassification, syntheticRegression } from '../../src/testing/index.js';
import { ModelStore } from '../../src/tracking/model-store/model-store.js';
import { ModelTrainer } from '../../src/training/trainer.js';
import { createStudy } from '../../src/tuning/create-study.js';
import { JournalFileStorage } from '../../src/tuning/storages/journal/storage.js';
import { documentOf, textOf } from './files.js';
import { SEEDS } from './seeds.js';
import { pipelineTable } from './targets/preprocessing.js';

registerBuiltins();
const scratch = mkdtempSync(join(tmpdir(), 'holdfast-seeds-'));

function write(folder: string, name: string, content: string | Uint8Array): void {
  mkdirSync(join(SEEDS, folder), { recursive: true });
  writeFileSync(join(SEEDS, folder, name), content);
}
const writeJson = (folder: string, name: string, value: unknown) => write(folder, name, JSON.stringify(value));

const two = syntheticClassification({ rows: 60, features: 3, missing: 0.05 });
const three = syntheticClassification({ rows: 60, features: 3, classes: 3 });
const values = syntheticRegression({ rows: 60, features: 3 });
const withCategories = {
  X: Matrix.wrap(
    two.X.data.map((value, i) => (i % 3 === 2 ? (i * 7) % 4 : value)),
    3,
  ),
  y: two.y,
};

async function fitted(name: string, config: object, data: { X: unknown; y: Float64Array }): Promise<BaseModel> {
  const model = new (await ModelRegistry.get(name))(config as never);
  await model.fit(data as never, { threads: 1 });
  return model;
}

async function bundle(family: string, label: string, model: BaseModel): Promise<void> {
  const { metadata, files } = await model.toBundle();
  const texts = Object.entries(files).map(([name, content]) => [name, textOf(Buffer.from(content as string))]);
  writeJson(`model-${family}`, `${label}.json`, { metadata, files: Object.fromEntries(texts) });
}

async function native(
  folder: string,
  name: string,
  model: { exportNative(file: string): Promise<void> },
): Promise<void> {
  mkdirSync(join(SEEDS, folder), { recursive: true });
  await model.exportNative(join(SEEDS, folder, name));
}

async function boosting(): Promise<void> {
  const small = { numIterations: 3, numLeaves: 4, minDataInLeaf: 3 };
  const lightgbm = {
    two: await fitted('lightgbm', { ...small, categoricalFeatures: [2] }, withCategories),
    three: await fitted('lightgbm', small, three),
    values: await fitted('lightgbm', { ...small, task: 'regression' }, values),
  };
  const x = { nEstimators: 3, maxDepth: 2 };
  const xgboost = {
    two: await fitted('xgboost', x, two),
    three: await fitted('xgboost', x, three),
    linear: await fitted('xgboost', { ...x, booster: 'gblinear' }, two),
    values: await fitted('xgboost', { ...x, booster: 'dart', task: 'regression' }, values),
  };
  const c = { iterations: 3, depth: 2 };
  const catboost = {
    two: await fitted('catboost', { ...c, catFeatures: [2] }, withCategories),
    three: await fitted('catboost', c, three),
    values: await fitted('catboost', { ...c, task: 'regression', growPolicy: 'Lossguide' }, values),
  };
  for (const [family, models] of Object.entries({ lightgbm, xgboost, catboost }))
    for (const [label, model] of Object.entries(models)) await bundle(family, label, model);
  for (const [label, model] of Object.entries(lightgbm))
    await native('lightgbm-text', `${label}.txt`, model as LightGBMModel);
  for (const [label, model] of Object.entries(xgboost)) {
    await native('xgboost-json', `${label}.json`, model as XGBoostModel);
    await native('xgboost-ubjson', `${label}.ubj`, model as XGBoostModel);
  }
  for (const [label, model] of Object.entries(catboost)) {
    await native('catboost-json', `${label}.json`, model as CatBoostModel);
    await native('catboost-cbm', `${label}.cbm`, model as CatBoostModel);
  }
}

async function classical(): Promise<void> {
  const forest = { nTrees: 3, maxDepth: 3 };
  await bundle('random-forest', 'two', await fitted('random_forest', forest, two));
  await bundle('random-forest', 'three', await fitted('random_forest', { ...forest, oobScore: true }, three));
  await bundle('random-forest', 'values', await fitted('random_forest', { ...forest, task: 'regression' }, values));
  await bundle('logistic', 'two', await fitted('logistic', { standardErrors: true }, two));
  await bundle('logistic', 'path', await fitted('logistic', { Cs: [0.1, 1], folds: 2 }, three));
  await bundle('ridge', 'three', await fitted('ridge', { alphas: [0.1, 1] }, three));
  await bundle('ridge', 'values', await fitted('ridge', { task: 'regression' }, values));
  const svm = {
    two: await fitted('svm', { kernel: 'rbf', probability: true }, two),
    three: await fitted('svm', { kernel: 'poly' }, three),
    values: await fitted('svm', { task: 'regression', kernel: 'linear' }, values),
  };
  const linear = {
    two: await fitted('svm', { solver: 'dcd', kernel: 'linear' }, two),
    three: await fitted('svm', { solver: 'dcd', kernel: 'linear' }, three),
    values: await fitted('svm', { solver: 'dcd', kernel: 'linear', task: 'regression' }, values),
  };
  for (const [label, model] of Object.entries(svm)) {
    await bundle('svm', label, model);
    await native('libsvm', `${label}.model`, model as SVMModel);
  }
  for (const [label, model] of Object.entries(linear)) {
    await bundle('svm', `linear-${label}`, model);
    await native('liblinear', `${label}.model`, model as SVMModel);
  }
  await bundle(
    'svm',
    'nystroem',
    await fitted('svm', { solver: 'dcd', kernel: 'rbf', approximation: 'nystroem', components: 8 }, two),
  );
}

async function sequences(): Promise<void> {
  const X = Array.from({ length: 24 }, (_, i) =>
    Array.from({ length: 10 }, (_, t) => [Math.sin(i + t), Math.cos(i * t + 1)]),
  );
  const y = Float64Array.from(X, (_, i) => i % 2);
  await bundle('minirocket', 'two', await fitted('minirocket', { numFeatures: 84 }, { X, y }));
  const small = { epochs: 1, batchSize: 8 };
  const configs = {
    lstm: { ...small, hiddenSize: 3 },
    gru: { ...small, hiddenSize: 3 },
    tcn: { ...small, hiddenSize: [3], kernelSize: 2 },
    transformer: { ...small, hiddenSize: 4, numHeads: 2, numLayers: 1, feedForwardSize: 4 },
    cnn1d: { ...small, filters: [3] },
  };
  for (const [name, config] of Object.entries(configs))
    await bundle('neural', name, await fitted(name, config, { X, y }));
  const features = Matrix.from(X.map((window) => window[9]));
  const hybrid = { ...small, hiddenSize: 3, featureSizes: [3], headSizes: [3] };
  await bundle('neural', 'hybrid', await fitted('hybrid', hybrid, { X: { features, sequences: X }, y }));
}

async function combined(): Promise<BaseModel> {
  const members = ['ridge', { model: 'lightgbm', config: { numIterations: 2, numLeaves: 3 } }];
  await bundle('ensembles', 'voting', await fitted('voting', { members, weights: 'greedy' }, two));
  await bundle('ensembles', 'stacking', await fitted('stacking', { members, folds: 2 }, three));
  await bundle('ensembles', 'blending', await fitted('blending', { members }, two));
  const calibrated = await fitted('calibrated', { model: 'ridge', method: 'isotonic', folds: 2 }, three);
  await bundle('calibrated', 'isotonic', calibrated);
  await bundle('calibrated', 'platt', await fitted('calibrated', { model: 'logistic', folds: 2 }, two));
  return calibrated;
}

async function directories(calibrated: BaseModel): Promise<void> {
  const place = join(scratch, 'model');
  await calibrated.save(place);
  writeJson('model-directory', 'calibrated.json', documentOf(place));
  const forest = await fitted('random_forest', { nTrees: 2, maxDepth: 2 }, two);
  await forest.save(place);
  writeJson('model-directory', 'random-forest.json', documentOf(place));
  const store = new ModelStore({ directory: join(scratch, 'store') });
  for (const model of [await fitted('ridge', {}, two), await fitted('logistic', {}, two)]) {
    const { version } = await store.register(model, {
      name: 'es',
      lineage: { dataHash: 'abc', metrics: { auc: 0.7 } },
    });
    await store.promote('es', version, { reason: 'better' });
  }
  writeJson('model-store', 'two.json', documentOf(store.directory));
}

async function runs(): Promise<void> {
  const n = 240;
  const table = Table.fromColumns({
    time: Array.from({ length: n }, (_, i) => i * 60_000),
    a: Array.from({ length: n }, (_, i) => Math.sin(i * 1.7)),
    b: Array.from({ length: n }, (_, i) => (i * i) % 13),
    label: Array.from({ length: n }, (_, i) => Number(Math.sin(i * 1.7) + ((i * i) % 13) / 13 > 0.5)),
  });
  const raw = TimeSeriesDataContainer.fromTable(table, { label: 'label' });
  const pipeline = new PreprocessingPipeline();
  const container = pipeline.fitTransform(raw);
  writeJson('ledger', 'run.json', container.ledger);
  const registry = new SplitRegistry(join(scratch, 'splits'));
  await registry.save(container);
  for (const name of readdirSync(join(scratch, 'splits')))
    write('split-registry', 'split.json', readFileSync(join(scratch, 'splits', name)));
  const trainer = new ModelTrainer({ runsDirectory: join(scratch, 'runs') });
  const { artifacts, report } = await trainer.trainModel('ridge', container, { preprocessing: pipeline });
  const files = Object.entries(documentOf(artifacts?.directory ?? '')).map(([name, text]) => [`run/${name}`, text]);
  writeJson('run-directory', 'run.json', Object.fromEntries(files));
  writeJson('contracts', 'metrics.json', report.evaluations);
}

async function records(): Promise<void> {
  writeCheckpoint(join(scratch, 'checkpoint'), {
    fingerprint: 'abc',
    state: Buffer.from('the state of a training, some bytes'),
  });
  write('checkpoint', 'small', readFileSync(join(scratch, 'checkpoint')));
  const memory = new AgentMemory({ directory: scratch });
  const facts = { algorithm: 'lightgbm', task: 'classification', rows: 900, features: 10, classes: 2 } as const;
  for (const runId of ['one', 'two', 'three']) {
    const score = { metric: 'rocAuc', value: 0.6, direction: 'maximize' } as const;
    await memory.remember({
      runId,
      experimentId: 'e',
      at: '2026-01-01T00:00:00Z',
      dataHash: 'abc',
      facts,
      hyperparameters: { numLeaves: runId.length },
      score,
    });
  }
  write('agent-memory', 'three.jsonl', readFileSync(join(scratch, 'episodes.jsonl')));
  const journal = join(scratch, 'study.log');
  const study = await createStudy({
    name: 'study',
    direction: 'minimize',
    storage: new JournalFileStorage(journal),
    seed: 1,
  });
  await study.optimize(
    async (trial) => {
      trial.setUserAttr('note', { deep: [1, 2] });
      trial.report(trial.number, 0);
      return (
        trial.suggestFloat('x', 0.1, 1, { log: true }) +
        trial.suggestInt('n', 1, 5) +
        (trial.suggestCategorical('c', ['a', 'b']) === 'a' ? 1 : 0)
      );
    },
    { trials: 3 },
  );
  write('study-journal', 'study.jsonl', readFileSync(journal));
}

async function pipelines(): Promise<void> {
  const y = Float64Array.from({ length: 24 }, (_, i) => i % 2);
  const split = { role: 'train', X: pipelineTable(), y } as const;
  const all = {
    plain: { imputation: { strategy: 'median', indicators: true } },
    quantile: { scaling: 'quantile', encoding: 'ordinal', expressions: { f: 'log(b) + where(a > 0, a, b)' } },
    target: { scaling: 'min-max', encoding: 'target' },
    frequency: { scaling: 'robust', encoding: 'frequency', imputation: 'mean' },
  };
  for (const [name, options] of Object.entries(all)) {
    const place = join(scratch, 'pipeline');
    const pipeline = new PreprocessingPipeline(options as never);
    pipeline.fit(split);
    await pipeline.save(place);
    write('preprocessing', `${name}.json`, readFileSync(join(place, 'preprocessing.json')));
  }
}

const parts: Record<string, () => Promise<unknown>> = {
  boosting,
  classical,
  sequences,
  directories: async () => directories(await combined()),
  runs,
  records,
  pipelines,
};
const asked = process.argv.slice(2);
for (const [name, make] of Object.entries(parts)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  await make();
  console.log(name);
}
rmSync(scratch, { recursive: true, force: true });
console.log(fileURLToPath(new URL('seeds', import.meta.url)));
