/** Run directories with an embedded database that is already made: PostgreSQL takes seconds for its first files, once for all tests. */
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EmbeddedDatabase } from '../../src/tracking/repository/embedded/database.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A new directory; the database in it has no tables yet. */
export async function embeddedDirectory(): Promise<string> {
  const template = await madeTemplate();
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-runs-'));
  await cp(template, join(directory, '.database'), { recursive: true });
  return directory;
}

async function madeTemplate(): Promise<string> {
  const { version } = JSON.parse(
    await readFile(join(root, 'node_modules/@electric-sql/pglite/package.json'), 'utf8'),
  ) as { version: string };
  const cache = join(root, 'node_modules/.cache');
  const template = join(cache, `pglite-${version}`);
  if (existsSync(template)) return template;
  await mkdir(cache, { recursive: true });
  const making = await mkdtemp(join(cache, 'pglite-making-'));
  const database = new EmbeddedDatabase(making);
  await database.query('SELECT 1');
  await database.close();
  // Of two test files that make one at once, one comes first.
  await rename(making, template).catch(() => rm(making, { recursive: true, force: true }));
  return template;
}
