/** What every version wrote to disk, opened by this one: test/golden/archive/<version>/, made by `npm run archive`. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AgentMemory, SplitRegistry } from '../../src/agent/index.js';
import { openRun } from '../../src/cli/saved-run.js';
import {
  loadModel,
  Matrix,
  ModelRegistry,
  type PredictionOutput,
  PreprocessingPipeline,
  Table,
  TimeSeriesDataContainer,
  Windows,
} from '../../src/index.js';
import { MLflowTracker, ModelStore, TrainingRunRepository } from '../../src/tracking/index.js';
import { EmbeddedDatabase } from '../../src/tracking/repository/embedded/database.js';
import { migrate } from '../../src/tracking/repository/migrate.js';
import type { Migration } from '../../src/tracking/repository/migrations.js';
import { JournalFileStorage, loadStudy, SqliteStorage } from '../../src/tuning/index.js';
import { embeddedDirectory } from '../tracking/embedded-directory.js';
import { FakeMLflow } from '../tracking/fake-mlflow.js';

interface Output {
  readonly predictions: number[];
  readonly probabilities?: number[];
}
interface Expected {
  readonly dataset: {
    readonly rows: (number | null)[][];
    readonly series: number[][];
    readonly ends: number[];
    readonly length: number;
    readonly columns: Record<string, (number | string | null)[]>;
  };
  readonly models: Record<
    string,
    Output & { readonly model: string; readonly family: string; readonly windows: boolean }
  >;
  readonly settings: Parameters<typeof TimeSeriesDataContainer.fromTable>[1];
  readonly split: string;
  readonly pipeline: { readonly rows: number; readonly names: string[]; readonly values: (number | null)[] };
  readonly run: Output & { readonly uses: number };
  readonly studies: Record<string, unknown[]>;
  readonly stores: {
    readonly store: {
      readonly versions: { readonly version: number; readonly checksum: string }[];
      readonly lineage: object;
      readonly probabilities: number[];
    };
    readonly episode: object;
    readonly mlflow: { readonly C: string; readonly kept: string; readonly losses: number[] };
    readonly runs: {
      readonly migrations: Migration[];
      readonly rows: Record<string, object[]>;
      readonly run: Record<string, unknown>;
    };
  };
}

const root = fileURLToPath(new URL('../golden/archive', import.meta.url));
const manifest = fileURLToPath(new URL('../../package.json', import.meta.url));
const changelog = fileURLToPath(new URL('../../CHANGELOG.md', import.meta.url));
const { version: current } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
const versions = readdirSync(root).sort();
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const hasSqlite = major > 22 || (major === 22 && minor >= 13);

describe('the archive', () => {
  it('has every released version, and the present one', () => {
    const released = [...readFileSync(changelog, 'utf8').matchAll(/^## (\d\S*)/gm)].map(([, version]) => version);
    expect(versions).toEqual(expect.arrayContaining([...released, current]));
  });

  it('has every registered model in its newest version', () => {
    const { models } = expectedOf(current);
    const kept = new Set(Object.values(models).map(({ model }) => model));
    expect(ModelRegistry.list().map(({ name }) => name)).toEqual(expect.arrayContaining([...kept]));
    expect(
      ModelRegistry.list()
        .map(({ name }) => name)
        .filter((name) => !kept.has(name)),
    ).toEqual([]);
  });
});

describe.each(versions)('what version %s wrote', (version) => {
  const expected = expectedOf(version);
  const { dataset, stores } = expected;
  const rows = Matrix.from(dataset.rows.map((row) => row.map((value) => value ?? Number.NaN)));
  const windows = new Windows(Matrix.from(dataset.series), Uint32Array.from(dataset.ends), dataset.length);
  const table = Table.fromColumns(dataset.columns as Parameters<typeof Table.fromColumns>[0]);
  let place: string;
  beforeAll(async () => {
    // A copy: opening may put things in order.
    place = await mkdtemp(join(tmpdir(), 'holdfast-archive-'));
    await cp(join(root, version), place, { recursive: true });
  });
  afterAll(() => rm(place, { recursive: true, force: true }));

  it.each(Object.keys(expected.models))('the model %s predicts what it predicted', async (name) => {
    const { family, windows: ofWindows, ...output } = expected.models[name];
    const model = await loadModel(join(place, 'models', name));
    expect(model.info.name).toBe(output.model);
    const predicted = (await model.predict(ofWindows ? windows : rows)) as PredictionOutput;
    // Networks are computed by onnxruntime, whose sums depend on the processor; all else is ours, bit by bit.
    if (family === 'neural') checkClose(predicted, output);
    else checkEqual(predicted, output);
  });

  it('the pipeline prepares rows as it did', async () => {
    const pipeline = await PreprocessingPipeline.load(join(place, 'pipeline'));
    expect(pipeline.featureNamesOut).toEqual(expected.pipeline.names);
    const { data } = pipeline.transform(table.slice(0, expected.pipeline.rows));
    expect(Array.from(data, (value) => (Number.isNaN(value) ? null : value))).toEqual(expected.pipeline.values);
  });

  it('the split is given for the same table', async () => {
    const record = await new SplitRegistry(join(place, 'splits')).load(expected.split, table);
    const again = TimeSeriesDataContainer.restoreSplit(table, record);
    expect(again.train.y.length).toBe(TimeSeriesDataContainer.fromTable(table, expected.settings).train.y.length);
  });

  it('the run opens, with its model, its pipeline, and a ledger that can be gone on from', async () => {
    const directory = join(place, 'runs/archived');
    const { model, preprocessing } = await openRun(directory);
    if (!preprocessing) throw new Error('the run has a pipeline');
    checkEqual(await model.predict(preprocessing.transform(table.slice(0, expected.pipeline.rows))), expected.run);
    const raw = TimeSeriesDataContainer.fromTable(table, expected.settings);
    const { ledger } = preprocessing.fitTransform(raw);
    const before = ledger.report().uses.length;
    ledger.resume(JSON.parse(readFileSync(join(directory, 'ledger.json'), 'utf8')));
    expect(ledger.report().uses.length).toBe(before + expected.run.uses);
  });

  it('the study in the journal has its trials', async () => {
    const storage = new JournalFileStorage(join(place, 'studies/study.journal'));
    expect(await trialsOf(storage)).toEqual(expected.studies['study.journal']);
  });

  it.skipIf(!hasSqlite)('the study in SQLite has its trials (needs node:sqlite: Node 22.13)', async () => {
    const file = join(place, 'studies/study.db');
    writeFileSync(file, gunzipSync(readFileSync(`${file}.gz`)));
    expect(await trialsOf(new SqliteStorage(file))).toEqual(expected.studies['study.db.gz']);
  });

  it('the model store has its versions, their lineage and the alias', async () => {
    const store = new ModelStore({ directory: join(place, 'stores/models') });
    const listed = (await store.list('kept')).map(({ version: number, checksum }) => ({ version: number, checksum }));
    expect(listed).toEqual(stores.store.versions);
    const { model, version: loaded } = await store.load('kept', 'production');
    expect(loaded.lineage).toEqual(stores.store.lineage);
    expect(Array.from((await model.predict(rows)).probabilities?.data ?? [])).toEqual(stores.store.probabilities);
  });

  it('the memory of the agent is remembered', async () => {
    expect(await new AgentMemory({ directory: join(place, 'stores/memory') }).episodes()).toEqual([stores.episode]);
  });

  it('a run that waits in the journal arrives at an MLflow server', async () => {
    const server = await new FakeMLflow().start();
    try {
      const tracker = new MLflowTracker({
        trackingUri: server.url,
        experiment: 'archive',
        journal: join(place, 'stores/mlflow'),
      });
      expect(await tracker.replay()).toEqual({ sent: 1, open: 0, failed: [] });
      const [run] = [...server.runs.values()];
      expect(run.params.get('C')).toBe(stores.mlflow.C);
      expect(run.tags.get('kept')).toBe(stores.mlflow.kept);
      expect(run.metrics.filter(({ key }) => key === 'loss').map(({ value }) => value)).toEqual(stores.mlflow.losses);
    } finally {
      await server.stop();
    }
  });

  it('the tables of the run database are brought up to date, with the run in them', async () => {
    const directory = await embeddedDirectory();
    const database = new EmbeddedDatabase(join(directory, '.database'));
    try {
      await migrate(database, stores.runs.migrations);
      for (const [name, kept] of Object.entries(stores.runs.rows))
        for (const row of kept)
          await database.query(`INSERT INTO ${name} SELECT * FROM json_populate_record(NULL::${name}, $1::json)`, [
            JSON.stringify(row),
          ]);
      await database.close();
      const repository = new TrainingRunRepository({ directory });
      const run = await repository.get('archived');
      await repository.close();
      expect(JSON.parse(JSON.stringify(run))).toMatchObject(stores.runs.run);
    } finally {
      await database.close();
      await rm(directory, { recursive: true, force: true });
    }
  });
});

function expectedOf(version: string): Expected {
  const file = join(root, version, 'expected.json');
  if (!existsSync(file)) throw new Error(`${file} is missing: npm run archive`);
  return JSON.parse(readFileSync(file, 'utf8')) as Expected;
}

async function trialsOf(storage: JournalFileStorage | SqliteStorage): Promise<unknown[]> {
  const study = await loadStudy({ name: 'archived', storage });
  const trials = study.trials.map(({ number, state, params, values }) => ({ number, state, params, values }));
  await (storage as { close?(): Promise<void> }).close?.();
  return JSON.parse(JSON.stringify(trials)) as unknown[];
}

function checkEqual({ predictions, probabilities }: PredictionOutput, expected: Output): void {
  expect(Array.from(predictions)).toEqual(expected.predictions);
  expect(probabilities && Array.from(probabilities.data)).toEqual(expected.probabilities);
}

function checkClose({ predictions, probabilities }: PredictionOutput, expected: Output): void {
  const far = (values: ArrayLike<number>, wanted: readonly number[]) =>
    Array.from(values).filter((value, i) => !(Math.abs(value - wanted[i]) <= 1e-4)).length;
  expect(predictions.length).toBe(expected.predictions.length);
  expect(far(probabilities?.data ?? predictions, expected.probabilities ?? expected.predictions)).toBe(0);
}
