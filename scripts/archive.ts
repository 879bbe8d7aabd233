/**
 * `npm run archive`: one of everything that this version of the library writes to disk and reads again, with what it gave when it was written, into
 * test/golden/archive/<version>/. `test/model/archive.test.ts` opens the archives of all versions with the present library, for ever.
 * A version that the changelog lists as released is never written again.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { archiveDataset } from './archive/dataset.js';
import { archiveModels } from './archive/models.js';
import { archivePipelineAndRun } from './archive/pipeline-and-run.js';
import { archiveStores } from './archive/stores.js';
import { archiveStudies } from './archive/studies.js';

const MOST_KIB = 400;

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const released = readFileSync(join(root, 'CHANGELOG.md'), 'utf8')
  .split('\n')
  .some((line) => line === `## ${version}` || line.startsWith(`## ${version} `));
const place = join(root, 'test/golden/archive', version);
if (released && existsSync(place)) {
  console.error(`${version} is released: its archive stays as it is. A new version comes first (package.json).`);
  process.exit(1);
}

const work = mkdtempSync(join(tmpdir(), 'holdfast-archive-'));
const dataset = archiveDataset();
const part = (name: string): string => {
  mkdirSync(join(work, name), { recursive: true });
  return join(work, name);
};
const expected = {
  version,
  node: process.version,
  dataset: dataset.stored,
  models: await archiveModels(part('models'), dataset),
  ...(await archivePipelineAndRun(part('pipeline'), part('runs'), part('splits'), dataset)),
  studies: await archiveStudies(part('studies')),
  stores: await archiveStores(part('stores'), dataset),
};
writeFileSync(join(work, 'expected.json'), `${JSON.stringify(expected)}\n`);

const files = readdirSync(work, { recursive: true, encoding: 'utf8' }).filter((file) =>
  statSync(join(work, file)).isFile(),
);
const bytes = files.reduce((sum, file) => sum + statSync(join(work, file)).size, 0);
for (const file of files)
  if (readFileSync(join(work, file)).includes(work))
    console.error(`${file} holds the path of the machine that wrote it`);
console.log(`${files.length} files, ${Math.round(bytes / 1024)} of ${MOST_KIB} KiB`);
if (bytes > MOST_KIB * 1024) {
  const largest = files.sort((a, b) => statSync(join(work, b)).size - statSync(join(work, a)).size).slice(0, 12);
  console.error(
    `too large: ${largest.map((file) => `${file} ${statSync(join(work, file)).size}`).join(', ')} (${work})`,
  );
  process.exit(1);
}
rmSync(place, { recursive: true, force: true });
mkdirSync(join(place, '..'), { recursive: true });
try {
  renameSync(work, place);
} catch {
  // Another file system.
  const { cpSync } = await import('node:fs');
  cpSync(work, place, { recursive: true });
  rmSync(work, { recursive: true });
}
console.log(`written: test/golden/archive/${version}`);
