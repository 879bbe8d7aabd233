// Small data that is the same everywhere, and what a model is, as a hash.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Matrix } from '../../../dist/index.js';

/** Integer noise (a linear congruential generator) and a label that depends on it. */
export function rows(count, cols = 6) {
  let state = 12345;
  const next = () => (state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff) / 0x7fffffff;
  const X = Matrix.zeros(count, cols);
  const y = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < cols; j++) X.data[i * cols + j] = next() * 4 - 2;
    y[i] = X.data[i * cols] + X.data[i * cols + 1] * X.data[i * cols + 2] + next() > 0.5 ? 1 : 0;
  }
  return { X, y };
}

/** Of all files below, by name; undefined where there is no directory. */
export function hashOf(directory, leaveOut = () => false) {
  if (!existsSync(directory)) return undefined;
  const hash = createHash('sha256');
  for (const name of readdirSync(directory, { recursive: true }).sort()) {
    const file = join(directory, name);
    if (leaveOut(name) || statSync(file).isDirectory()) continue;
    hash.update(`${name}\n`).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 16);
}

/** What `save` would write. */
export async function modelHash(model) {
  const { metadata, files } = await model.toBundle();
  const hash = createHash('sha256').update(JSON.stringify(metadata));
  for (const [name, content] of Object.entries(files)) hash.update(name).update(content);
  return hash.digest('hex').slice(0, 16);
}
