/**
 * The service that is soaked: trains models of several families, two at a time, saves, loads, registers and promotes them for as long as it
 * lives, and answers HTTP meanwhile: GET /predict (a row through the model in use), GET /health, GET /facts. Prints its port.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadModel, Matrix, ModelRegistry, Windows } from '../../dist/index.js';
import { ModelStore } from '../../dist/tracking/index.js';

const AT_ONCE = 2;
const ROWS = 4000;
const FAMILIES = [
  ['lightgbm', { numIterations: 30 }],
  ['random_forest', { nTrees: 30 }],
  ['logistic', {}],
  ['xgboost', { numIterations: 25 }],
  ['gru', { sequenceLength: 10, epochs: 2, batchSize: 64 }, 10],
  ['catboost', { iterations: 25, depth: 4 }],
  ['svm', { kernel: 'linear' }],
  ['ridge', {}],
  ['minirocket', { numFeatures: 420 }, 20],
  ['voting', { members: [{ model: 'lightgbm', config: { numIterations: 5 } }, { model: 'logistic' }] }],
];

const directory = mkdtempSync(join(tmpdir(), 'holdfast-soak-'));
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => process.exit());
const store = new ModelStore({ directory: join(directory, 'models') });
const counts = { trained: 0, loaded: 0, promoted: 0, requests: 0 };
let failure;
let used;

/** Numbers of a linear congruential generator and a label that depends on them, another one each time. */
function data(seed, rows = ROWS, cols = 8) {
  let state = seed;
  const next = () => (state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff) / 0x7fffffff;
  const X = Matrix.zeros(rows, cols);
  for (let i = 0; i < X.data.length; i++) X.data[i] = next() * 4 - 2;
  return { X, y: Float64Array.from({ length: rows }, (_, i) => (X.data[i * cols] + next() > 0.5 ? 1 : 0)) };
}

function windows({ X, y }, length) {
  const ends = Uint32Array.from({ length: 500 }, (_, i) => length - 1 + 3 * i);
  return { X: new Windows(X, ends, length), y: y.slice(0, ends.length) };
}

const same = (a, b) => a.every((value, i) => Object.is(value, b[i]));

/** One model from its data to its use. */
async function once(slot, number) {
  const [name, config, length] = FAMILIES[number % FAMILIES.length];
  const Model = await ModelRegistry.get(name);
  const model = new Model(config);
  const rows = data(number + 1);
  const given = length ? windows(rows, length) : rows;
  await model.fit(given, { threads: 1, seed: number });
  counts.trained++;
  const before = await model.predict(given.X, { threads: 1 });
  await model.save(join(directory, `slot-${slot}`));
  const loaded = await loadModel(join(directory, `slot-${slot}`));
  counts.loaded++;
  const after = await loaded.predict(given.X, { threads: 1 });
  if (!same(before.predictions, after.predictions)) throw new Error(`${name} predicts otherwise once it is loaded`);
  if (length || name === 'ridge') return;
  const { version } = await store.register(loaded, { name: 'soak', lineage: { runId: String(number) } });
  await store.promote('soak', version);
  used = (await store.load('soak', 'production')).model;
  counts.promoted++;
  if (counts.promoted % 5 === 0) await store.collectGarbage('soak', { keepLatest: 3 });
}

let number = 0;
async function work(slot) {
  while (!failure) {
    try {
      await once(slot, number++);
    } catch (error) {
      failure = `${error.stack}\n${error.hint ?? ''}`;
    }
  }
}

function statusOf(key) {
  return Number(new RegExp(`${key}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
}

function facts() {
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  const maps = readFileSync('/proc/self/maps', 'utf8').split('\n').length;
  return {
    ...{ rss, heapUsed, external, arrayBuffers, maps },
    threads: statusOf('Threads'),
    files: readdirSync('/proc/self/fd').length,
    ...{ counts, failure },
  };
}

const row = data(7, 1).X;
const server = createServer(async (request, response) => {
  const reply = (status, body) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  try {
    if (request.url === '/facts') return reply(200, facts());
    counts.requests++;
    if (request.url === '/health') return reply(200, { ready: used !== undefined });
    if (!used) return reply(503, { error: 'no model yet' });
    const { probabilities } = await used.predict(row, { threads: 1 });
    return reply(200, { probabilities: [...(probabilities?.data ?? [])] });
  } catch (error) {
    failure ??= String(error.stack);
    return reply(500, { error: String(error) });
  }
});
// Longer than any pause between two requests: a connection that the server ends while a request is on its way is no fault of a model.
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
for (let slot = 0; slot < AT_ONCE; slot++) void work(slot);
