/** Studies in a journal file and in an SQLite file, with trials of all ends. */
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { nodeBinary } from '../determinism/nodes.mjs';

const script = fileURLToPath(new URL('./study.mjs', import.meta.url));

/** What the studies hold, by the name of the file. */
export async function archiveStudies(directory: string): Promise<Record<string, unknown>> {
  const journal = JSON.parse(
    execFileSync(process.execPath, [script, 'journal', join(directory, 'study.journal')], { encoding: 'utf8' }),
  );
  // node:sqlite came with Node 22.
  const file = join(directory, 'study.db');
  const sqlite = JSON.parse(
    execFileSync(nodeBinary('22'), [script, 'sqlite', file], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  );
  writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }));
  rmSync(file);
  return { 'study.journal': journal, 'study.db.gz': sqlite };
}
