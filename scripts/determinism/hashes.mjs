// Trains the families in this process and prints, a line of JSON each, the SHA-256 of what was saved and of what the loaded
// model predicts, for every number of threads. `hashes.mjs <threads> <part>/<parts> [names]`, as in `hashes.mjs 1,2,4 0/2`.
// It also imports every entry point of the package: a Node that cannot is not a supported one.
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Windows } from '../../dist/index.js';
import { FAMILIES, rowsOf, windowsOf } from './families.mjs';

/** Predicted rows: three blocks of the prediction kernels and a rest. */
const PREDICTED = 1200;

const [threadCounts = '1,2,4', share = '0/1', names] = process.argv.slice(2);
const [part, parts] = share.split('/').map(Number);
const wanted = names?.split(';');

const { exports } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
for (const entry of Object.values(exports)) if (entry.default) await import(`../../${entry.default}`);
console.log(JSON.stringify({ node: process.version, arch: process.arch, cpu: cpus()[0]?.model ?? 'unknown' }));

const chosen = FAMILIES.filter(([name]) => wanted === undefined || wanted.includes(name));
for (const [name, Model, config, classes, rows = 20_000] of chosen.filter((_, i) => i % parts === part)) {
  const hashes = {};
  for (const threads of threadCounts.split(',').map(Number))
    hashes[threads] = await hashOf(new Model(config), rowsOf(rows, 12, classes), threads);
  console.log(JSON.stringify({ name, family: new Model(config).info.family, hashes }));
}

/** The files without the version of the library in them, then predictions and probabilities of the model loaded from them. */
async function hashOf(model, rows, threads) {
  const data = model.info.inputMode === 'sequence' ? windowsOf(rows, 20) : rows;
  await model.fit(data, { threads });
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-hash-'));
  try {
    const saved = join(directory, 'model');
    await model.save(saved);
    const hash = createHash('sha256');
    for (const file of readdirSync(saved).sort()) {
      const bytes = readFileSync(join(saved, file));
      hash.update(file === 'model.json' ? withoutVersion(bytes.toString('utf8')) : bytes);
    }
    const loaded = await model.constructor.load(saved);
    const output = await loaded.predict(firstRows(data.X), { threads });
    for (const values of [output.predictions, output.probabilities?.data])
      if (values) hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    return hash.digest('hex');
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** A new version of the library is no other model. */
function withoutVersion(json) {
  const stripped = json.replace(/("library": \{[^}]*"version": )"[^"]*"/, '$1""');
  if (stripped === json) throw new Error('model.json has no version where this script looks for it');
  return stripped;
}

function firstRows(X) {
  if (X instanceof Windows) return new Windows(X.base, X.ends.slice(0, PREDICTED), X.length);
  const count = Math.min(PREDICTED, X.rows);
  return X.take(Uint32Array.from({ length: count }, (_, i) => i));
}
