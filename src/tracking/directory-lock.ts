/**
 * One process at a time for a directory. Locks are numbered files that are made whole or not at all; the highest number counts and is
 * never deleted, so that of all who find its owner gone, one gets the next number. A process that died holds nothing.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createWhole } from '../core/create-whole.js';
import { LockedError } from '../core/errors.js';
import { lifeOf, ownProcess, type ProcessMark } from './process-mark.js';

const NAME = /^lock\.(\d+)$/;

interface Owner extends ProcessMark {
  readonly id: string;
  readonly released?: boolean;
}

/** One listener for all: a process may hold many locks. */
const open = new Set<DirectoryLock>();
const releaseAll = (): void => {
  for (const lock of [...open]) lock.release();
};

export class DirectoryLock {
  private held = true;

  private constructor(
    private readonly file: string,
    private readonly owner: Owner,
  ) {
    if (open.size === 0) process.once('exit', releaseAll);
    open.add(this);
  }

  /**
   * @param what - what is locked, for the message
   * @throws LockedError - another process has it, or one of which cannot be said whether it still runs
   */
  static async take(directory: string, what: string): Promise<DirectoryLock> {
    await mkdir(directory, { recursive: true });
    for (;;) {
      const numbers = await lockNumbers(directory);
      const highest = numbers.at(-1) ?? 0;
      if (highest > 0) await assertFree(join(directory, `lock.${highest}`), what);
      const owner: Owner = { ...ownProcess(), id: randomUUID() };
      const file = join(directory, `lock.${highest + 1}`);
      if (!(await createWhole(file, JSON.stringify(owner)))) continue;
      // Someone slower than two others made a number that was free again: the higher one counts.
      if (((await lockNumbers(directory)).at(-1) ?? 0) > highest + 1) {
        await rm(file, { force: true });
        continue;
      }
      for (const number of numbers) await rm(join(directory, `lock.${number}`), { force: true });
      return new DirectoryLock(file, owner);
    }
  }

  /** Synchronous, because it also runs when the process ends. */
  release(): void {
    if (!this.held) return;
    this.held = false;
    open.delete(this);
    if (open.size === 0) process.off('exit', releaseAll);
    try {
      if ((JSON.parse(readFileSync(this.file, 'utf8')) as Owner).id !== this.owner.id) return;
      const released = `${this.file}.${this.owner.id}`;
      writeFileSync(released, JSON.stringify({ ...this.owner, released: true }));
      renameSync(released, this.file);
    } catch {
      // The directory is gone; a lock that stays is seen to be of a process that has ended.
    }
  }
}

async function lockNumbers(directory: string): Promise<number[]> {
  const names = await readdir(directory);
  return names
    .map((name) => Number(NAME.exec(name)?.[1] ?? 0))
    .filter((number) => number > 0)
    .sort((a, b) => a - b);
}

async function assertFree(file: string, what: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    // A newer lock took its place.
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return;
  const owner = parseOwner(text);
  if (owner?.released) return;
  const life = owner ? lifeOf(owner) : 'unknown';
  if (life === 'dead') return;
  const self = owner !== undefined && life === 'alive' && owner.pid === process.pid;
  const who = !owner ? 'another process' : self ? 'this process already' : `process ${owner.pid} on ${owner.host}`;
  throw new LockedError(`${what} is in use by ${who}`, {
    hint: self
      ? 'Share the one that is open, or close it first.'
      : life === 'alive'
        ? 'Wait until it has ended, or use a PostgreSQL server (url), which many processes can share.'
        : `It runs on another machine or in another container, so it cannot be seen whether it has ended. If it has, delete ${file}.`,
    details: { file, ...(owner && { host: owner.host, pid: owner.pid }) },
  });
}

function parseOwner(text: string): Owner | undefined {
  try {
    const owner = JSON.parse(text) as Partial<Owner> | null;
    return owner && typeof owner.pid === 'number' && typeof owner.host === 'string' ? (owner as Owner) : undefined;
  } catch {
    return undefined;
  }
}
