import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LockedError } from '../../src/core/errors.js';
import { DirectoryLock } from '../../src/tracking/directory-lock.js';
import { lifeOf, ownProcess } from '../../src/tracking/process-mark.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-lock-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const take = () => DirectoryLock.take(directory, 'It');
/** A process that has ended, with a number that no process has. */
const dead = { ...ownProcess(), pid: 2 ** 22 + 1 };

describe('a lock', () => {
  it('is one taker at a time, and free once released', async () => {
    for (let i = 0; i < 3; i++) {
      const lock = await take();
      await expect(take()).rejects.toThrow(LockedError);
      lock.release();
      lock.release();
    }
  });

  it('of many who try at once exactly one gets, also when the one before died', async () => {
    for (const before of [undefined, dead]) {
      if (before) await writeFile(join(directory, 'lock.7'), JSON.stringify({ ...before, id: 'x' }));
      const tries = await Promise.allSettled(Array.from({ length: 12 }, take));
      const locks = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      expect(locks).toHaveLength(1);
      for (const one of tries) if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(LockedError);
      locks[0].release();
      expect(await readdir(directory)).toHaveLength(1);
    }
  });

  it('of another machine, or one that cannot be read, is refused with the file to delete', async () => {
    const file = join(directory, 'lock.1');
    for (const text of [JSON.stringify({ ...dead, host: 'elsewhere', id: 'x' }), '', '{"half":']) {
      await writeFile(file, text);
      await expect(take()).rejects.toMatchObject({ code: 'LOCKED', hint: expect.stringContaining(file) });
      expect(await readFile(file, 'utf8')).toBe(text);
    }
    await rm(file);
    (await take()).release();
  });

  it('is not given up by one whose lock was taken away', async () => {
    const lock = await take();
    const [name] = await readdir(directory);
    const other = JSON.stringify({ ...ownProcess(), id: 'another' });
    await writeFile(join(directory, name), other);
    lock.release();
    expect(await readFile(join(directory, name), 'utf8')).toBe(other);
  });
});

describe('a process', () => {
  const own = ownProcess();

  it('is alive, dead, or unknown where it cannot be seen', () => {
    expect(lifeOf(own)).toBe('alive');
    expect(lifeOf(dead)).toBe('dead');
    expect(lifeOf({ ...own, host: 'elsewhere' })).toBe('unknown');
    expect(lifeOf({ ...own, space: 'pid:[1]' })).toBe('unknown');
    expect(lifeOf({ ...own, machine: 'another installation' })).toBe('unknown');
  });

  it('whose number belongs to a later process is dead, and so is one from before a restart of its machine', () => {
    if (own.started !== '') expect(lifeOf({ ...own, started: '1' })).toBe('dead');
    const restarted = { ...own, machine: 'm', boot: 'before' };
    expect(lifeOf(restarted, { ...own, machine: 'm', boot: 'after' })).toBe('dead');
    expect(lifeOf({ ...restarted, machine: '' }, { ...own, machine: '', boot: 'after' })).toBe('unknown');
  });
});
