/** PostgresStorage without a database; test/interop/postgres-storage.test.ts has one. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/core/errors.js';
import { PostgresStorage } from '../../src/tuning/index.js';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-no-pg-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('PostgresStorage', () => {
  it('names the install line where pg is not installed', () => {
    // The built library where no packages are around it.
    cpSync(fileURLToPath(new URL('../../dist', import.meta.url)), join(directory, 'dist'), { recursive: true });
    const script = `
      import { listStudies, PostgresStorage } from ${JSON.stringify(join(directory, 'dist/tuning/index.js'))};
      const error = await listStudies(new PostgresStorage('postgresql://u:p@127.0.0.1:1/d')).catch((e) => e);
      console.log(JSON.stringify({ code: error.code, hint: error.hint }));`;
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    expect(JSON.parse(output)).toEqual({ code: 'MISSING_DEPENDENCY', hint: 'npm install pg' });
  });

  it('takes addresses as pg and SQLAlchemy write them, and shows them without the password', () => {
    for (const scheme of ['postgres', 'postgresql', 'postgresql+psycopg', 'postgresql+psycopg2']) {
      const { description } = new PostgresStorage(`${scheme}://me:secret@db.example:5433/studies?sslmode=require`);
      expect(description).toBe('postgresql://me@db.example:5433/studies');
    }
  });

  it('refuses what is no address and options that are wrong', () => {
    for (const text of [
      '',
      'study.db',
      'mysql://u:p@h/d',
      'postgresql://u:p@h:99999/d',
      undefined as unknown as string,
    ]) {
      expect(() => new PostgresStorage(text)).toThrow(ConfigError);
    }
    const url = 'postgresql://u@h/d';
    expect(() => new PostgresStorage(url, { gracePeriod: Number.NaN })).toThrow('gracePeriod');
    expect(() => new PostgresStorage(url, { connections: 1.5 })).toThrow('connections');
    expect(() => new PostgresStorage(url, { retrySecond: 3 } as object)).toThrow(
      expect.objectContaining({ hint: expect.stringContaining("'retrySeconds'") }),
    );
  });
});
