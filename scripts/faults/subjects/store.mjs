// A model store: a version is registered, put into use, and the old ones are collected.
import { join } from 'node:path';
import { LightGBMModel } from '../../../dist/boosting/index.js';
import { ModelStore } from '../../../dist/tracking/index.js';
import { modelHash, rows } from './data.mjs';

const open = (directory) => new ModelStore({ directory: join(directory, 'models') });

async function register(store, numIterations) {
  const model = new LightGBMModel({ numIterations });
  await model.fit(rows(200), { threads: 1 });
  return store.register(model, { name: 'm', lineage: { runId: `run-${numIterations}` } });
}

const store = {
  async prepare(directory) {
    const models = open(directory);
    for (const iterations of [1, 2, 3]) await register(models, iterations);
    await models.promote('m', 2);
  },
  async work(directory) {
    const models = open(directory);
    const there = (await models.list('m')).find(({ lineage }) => lineage.runId === 'run-4');
    const { version } = there ?? (await register(models, 4));
    await models.promote('m', version);
    await models.collectGarbage('m', { keepLatest: 1 });
  },
  /** Every version that is listed loads; so does what is in use. */
  async look(directory) {
    const models = open(directory);
    const versions = await models.list('m');
    const hashes = [];
    for (const { version } of versions) {
      const { model } = await models.load('m', version);
      hashes.push(`${version}:${await modelHash(model)}`);
    }
    const used = await models.load('m', 'production');
    return `${used.version.version} of ${hashes.join(' ')}`;
  },
};

export const subjects = { store };
