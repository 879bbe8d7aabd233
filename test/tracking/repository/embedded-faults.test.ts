import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DatabaseError } from '../../../src/core/errors.js';
import { TrainingRunRepository } from '../../../src/tracking/repository/training-run-repository.js';
import { BUSY_MACHINE } from '../../busy-machine.js';
import { embeddedDirectory } from '../embedded-directory.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
let directory: string;
const opened: TrainingRunRepository[] = [];

beforeEach(async () => {
  directory = await embeddedDirectory();
});
afterEach(async () => {
  for (const repository of opened.splice(0)) await repository.close();
  await rm(directory, { recursive: true, force: true });
});

function open(): TrainingRunRepository {
  const repository = new TrainingRunRepository({ directory, retrySeconds: 10 });
  opened.push(repository);
  return repository;
}

describe('an embedded database', () => {
  it('that is damaged is a typed error, and leaves the lock free', async () => {
    for (const file of ['PG_VERSION', 'global/pg_control'])
      await writeFile(join(directory, '.database/pgdata', file), '9');
    for (let i = 0; i < 2; i++) {
      const error = await open()
        .open()
        .catch((e: unknown) => e);
      expect(error).toBeInstanceOf(DatabaseError);
      expect((error as DatabaseError).hint).not.toBe('');
      // PGlite itself only says that it did not start.
      expect((error as DatabaseError).message).toMatch(/PostgreSQL said: .*FATAL/);
    }
  });

  it('whose process was killed while it wrote its lock file opens again', async () => {
    for (const left of ['', 'x']) {
      await writeFile(join(directory, '.database/pgdata/postmaster.pid'), left);
      const repository = open();
      await repository.open();
      await repository.close();
    }
  });

  it('starts without holding up anything else for 50 ms', BUSY_MACHINE, async () => {
    const delay = monitorEventLoopDelay({ resolution: 5 });
    const repository = open();
    delay.enable();
    await repository.open();
    await repository.start({ experimentId: 'e', algorithmName: 'x' });
    delay.disable();
    expect(delay.max / 1e6).toBeLessThan(50);
  });
});

describe('a package that is not installed', () => {
  it('is an error with the line that installs it, for the embedded database and for a server', async () => {
    const home = await mkdtemp(join(tmpdir(), 'holdfast-bare-'));
    try {
      // The built library alone, as it is without its optional peers.
      const bare = join(home, 'node_modules/holdfast');
      await cp(join(root, 'dist'), join(bare, 'dist'), { recursive: true });
      await cp(join(root, 'package.json'), join(bare, 'package.json'));
      await writeFile(
        join(home, 'try.mjs'),
        `import { TrainingRunRepository } from 'holdfast/tracking';
        for (const options of [{ directory: 'runs' }, { url: 'postgresql://u:p@127.0.0.1:1/d' }]) {
          const error = await new TrainingRunRepository(options).open().catch((e) => e);
          console.log(error.name + ' | ' + error.hint);
        }`,
      );
      const output = execFileSync(process.execPath, ['try.mjs'], { cwd: home, encoding: 'utf8' });
      expect(output.trim().split('\n')).toEqual([
        expect.stringMatching(/^MissingDependencyError \| npm install @electric-sql\/pglite\b/),
        'MissingDependencyError | npm install pg',
      ]);
    } finally {
      await rm(home, { recursive: true });
    }
  });
});
