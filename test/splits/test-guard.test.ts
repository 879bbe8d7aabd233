import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvalidInputError, TestSetReuseError } from '../../src/core/errors.js';
import { TestSetGuard } from '../../src/splits/test-guard.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-guard-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe('TestSetGuard', () => {
  it('lets a run look once, and says who looked when it refuses', async () => {
    const guard = new TestSetGuard();
    expect(await guard.evaluate({ runId: 'r1', model: 'lightgbm' }, () => 0.7)).toBe(0.7);
    const error = (await guard
      .evaluate({ runId: 'r1', model: 'logistic' }, () => 0.8)
      .catch((e: unknown) => e)) as TestSetReuseError;
    expect(error).toBeInstanceOf(TestSetReuseError);
    expect(error.message).toMatch(/r1.*lightgbm/);
    expect(error.details).toMatchObject({ runId: 'r1', model: 'lightgbm', refused: 'logistic' });
    expect(await guard.evaluate({ runId: 'r2', model: 'logistic' }, async () => 1)).toBe(1);
    expect(guard.records.map((r) => r.runId)).toEqual(['r1', 'r2']);
  });

  it('counts an evaluation that failed midway, and one that is still running', async () => {
    const guard = new TestSetGuard();
    await expect(
      guard.evaluate({ runId: 'r', model: 'm' }, () => {
        throw new Error('broke');
      }),
    ).rejects.toThrow('broke');
    await expect(guard.claim({ runId: 'r', model: 'm' })).rejects.toBeInstanceOf(TestSetReuseError);
    const both = await Promise.allSettled([
      guard.claim({ runId: 's', model: 'a' }),
      guard.claim({ runId: 's', model: 'b' }),
    ]);
    expect(both.map((r) => r.status)).toEqual(['fulfilled', 'rejected']);
  });

  it('holds other processes to the record on disk', async () => {
    await new TestSetGuard({ directory }).claim({ runId: 'r1', model: 'lightgbm' });
    expect(JSON.parse(await readFile(join(directory, 'r1', 'test-evaluation.json'), 'utf8'))).toMatchObject({
      model: 'lightgbm',
    });
    const other = new TestSetGuard({ directory });
    await expect(other.claim({ runId: 'r1', model: 'logistic' })).rejects.toThrow(/lightgbm/);
    expect(other.records).toEqual([]);
  });

  it('lets another process look again with the very same model, and with no other', async () => {
    await new TestSetGuard({ directory }).claim({ runId: 'r1', model: 'm', checksum: 'abc' });
    const again = { runId: 'r1', model: 'm', checksum: 'abc' };
    expect(await new TestSetGuard({ directory }).evaluate(again, () => 1)).toBe(1);
    for (const other of [{ checksum: 'abd' }, { checksum: undefined }]) {
      await expect(new TestSetGuard({ directory }).claim({ ...again, ...other })).rejects.toThrow(TestSetReuseError);
    }
    const same = new TestSetGuard({ directory });
    await same.claim(again);
    await expect(same.claim(again)).rejects.toThrow(TestSetReuseError);
  });

  it('takes a record that a crash cut short for a use', async () => {
    await new TestSetGuard({ directory }).claim({ runId: 'r1', model: 'lightgbm' });
    await writeFile(join(directory, 'r1', 'test-evaluation.json'), '{"run');
    await expect(new TestSetGuard({ directory }).claim({ runId: 'r1', model: 'm' })).rejects.toBeInstanceOf(
      TestSetReuseError,
    );
  });

  it.each(['', '..', 'a/b', 'a\\b', '\u0000'])('refuses %j as a run id', async (runId) => {
    await expect(new TestSetGuard({ directory }).claim({ runId, model: 'm' })).rejects.toBeInstanceOf(
      InvalidInputError,
    );
  });
});
