/** Runs in an embedded database and models in a store: four forests on 569 tumours, the best one in production, and back. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Matrix } from 'holdfast';
import { LightGBMModel } from 'holdfast/boosting';
import { readCsv } from 'holdfast/data';
import { ModelStore, TrainingRunRepository } from 'holdfast/tracking';

const directory = await mkdtemp(join(tmpdir(), 'holdfast-runs-'));
const repository = new TrainingRunRepository({ directory });
// Not awaited: the database starts while the data is read and the first model is trained.
repository.open();

const table = await readCsv(new URL('./data/sklearn-breast-cancer.csv.gz', import.meta.url));
const names = table.columnNames.filter((name) => name !== 'target');
const columns = names.map((name) => table.numeric(name));
const y = Array.from(table.numeric('target'));
const X = y.map((_, row) => columns.map((column) => column[row]));
const [train, validation] = [Matrix.from(X.slice(0, 400)), Matrix.from(X.slice(400))];

const store = new ModelStore({ directory: join(directory, 'models') });
for (const numLeaves of [2, 4, 8, 16]) {
  const hyperparameters = { numLeaves, numIterations: 40, minDataInLeaf: 5 };
  const starting = repository.start({ experimentId: 'tumours', algorithmName: 'lightgbm', hyperparameters });
  const model = new LightGBMModel(hyperparameters);
  await model.fit({ X: train, y: y.slice(0, 400), featureNames: names });
  const { probabilities } = await model.predict(validation);
  const brier =
    y.slice(400).reduce((sum, label, i) => sum + ((probabilities?.data[2 * i + 1] ?? 0) - label) ** 2, 0) /
    (y.length - 400);
  const { trainingRunId } = await starting;
  const version = await store.register(model, {
    name: 'tumours',
    lineage: { runId: trainingRunId, metrics: { brier } },
  });
  await repository.saveModelVersion(version);
  const { modelVersionId, artifactUri: modelArtifactUri } = version;
  await repository.complete(trainingRunId, {
    validationMetrics: { brier },
    trainSamples: 400,
    modelVersionId,
    modelArtifactUri,
  });
  await store.promote('tumours', version.version);
}

const best = await repository.best({ metric: 'brier', direction: 'minimize', experimentId: 'tumours', limit: 4 });
for (const { modelVersionId, hyperparameters, validationMetrics } of best) {
  console.log(
    `${modelVersionId}: ${hyperparameters.numLeaves} leaves, Brier score ${Number(validationMetrics?.brier).toFixed(4)}`,
  );
}
const chosen = Number(best[0].modelVersionId?.split(':')[1]);
await store.promote('tumours', chosen, { reason: 'the best one' });
const { model: inUse, version } = await store.load('tumours', 'production');
console.log(
  `in production: version ${version.version}, of run ${version.lineage.runId === best[0].trainingRunId ? 'one of the list' : '?'}, ${inUse.featureNames.length} features`,
);
console.log(
  `to be collected: ${(await store.collectGarbage('tumours', { keepLatest: 1, dryRun: true })).map((old) => old.version).join(', ')}`,
);

await repository.close();
await rm(directory, { recursive: true });
