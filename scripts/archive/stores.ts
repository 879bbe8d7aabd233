/** A model store, the memory of an agent, runs that wait in a journal for an MLflow server, and the rows of the run database. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { AgentMemory } from 'holdfast/agent';
import { LogisticRegressionModel } from 'holdfast/classical';
import { MLflowTracker, ModelStore, TrainingRunRepository } from 'holdfast/tracking';
import { MIGRATIONS } from '../../src/tracking/repository/migrations.js';
import type { ArchiveDataset } from './dataset.js';

/** In the order in which they refer to each other. */
const TABLES = ['ml_experiments', 'ml_model_registry', 'ml_training_runs', 'ml_training_run_processes'];

export async function archiveStores(directory: string, { X, labels, newRows }: ArchiveDataset): Promise<unknown> {
  const model = new LogisticRegressionModel({ C: 0.5 });
  await model.fit({ X, y: labels });
  const store = new ModelStore({ directory: join(directory, 'models') });
  const lineage = { dataHash: 'a'.repeat(64), codeVersion: 'v0', runId: 'archived', metrics: { logLoss: 1 } };
  const first = await store.register(model, { name: 'kept', lineage });
  const second = await store.register(model, { name: 'kept', lineage: { tags: { again: true } } });
  await store.promote('kept', first.version, { reason: 'the first' });

  const episode = {
    runId: 'archived',
    experimentId: 'archive',
    at: '2024-01-01T00:00:00.000Z',
    dataHash: 'b'.repeat(64),
    facts: { algorithm: 'logistic', task: 'classification' as const, rows: 160, features: 5, classes: 3 },
    hyperparameters: { C: 0.5 },
    score: { metric: 'logLoss', value: 0.5, direction: 'minimize' as const },
  };
  await new AgentMemory({ directory: join(directory, 'memory') }).remember(episode);

  return {
    store: {
      versions: [first, second].map(({ version, checksum }) => ({ version, checksum })),
      lineage: first.lineage,
      probabilities: Array.from((await model.predict(newRows)).probabilities?.data ?? []),
    },
    episode,
    mlflow: await archiveMLflow(join(directory, 'mlflow')),
    runs: await archiveRuns(),
  };
}

async function archiveMLflow(journal: string): Promise<unknown> {
  // Nobody listens there.
  const tracker = new MLflowTracker({
    trackingUri: 'http://127.0.0.1:9',
    experiment: 'archive',
    journal,
    retries: 0,
    timeout: 2,
  });
  const run = await tracker.startRun({
    runId: 'archived',
    model: 'logistic',
    params: { C: 0.5 },
    tags: { kept: 'yes' },
  });
  await run.logMetrics({ loss: 0.25 }, 0);
  await run.logMetrics({ loss: 0.125 }, 1);
  await run.finish('completed');
  return { C: '0.5', kept: 'yes', losses: [0.25, 0.125] };
}

/** The migrations that this version knows, the rows of its tables, and the run as the repository gives it. */
async function archiveRuns(): Promise<unknown> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-archive-runs-'));
  const repository = new TrainingRunRepository({ directory });
  await repository.saveExperiment({ experimentId: 'archive', name: 'Archive', tags: { kept: true } });
  await repository.saveModelVersion({ modelVersionId: 'kept:1', modelName: 'kept', version: 1, checksum: 'c' });
  await repository.start({
    trainingRunId: 'archived',
    experimentId: 'archive',
    algorithmName: 'logistic',
    hyperparameters: { C: 0.5, list: [1, 'two', null] },
  });
  const run = await repository.complete('archived', {
    modelVersionId: 'kept:1',
    validationMetrics: { rocAuc: 0.625 },
    trainSamples: 96,
    trainingDurationSeconds: 1.25,
  });
  await repository.close();
  const database = new PGlite(join(directory, '.database/pgdata'));
  const rows: Record<string, unknown[]> = {};
  for (const table of TABLES)
    rows[table] = (await database.query<{ row: unknown }>(`SELECT row_to_json(t) AS row FROM ${table} t`)).rows.map(
      ({ row }) => row,
    );
  await database.close();
  rmSync(directory, { recursive: true });
  const { process: _ofThisMachine, trainedBy: _whoRanIt, ...kept } = run;
  return { migrations: MIGRATIONS, rows, run: kept };
}
