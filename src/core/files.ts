/** Files and directories written so that a reader sees the old state or the new one, never half of either. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { HoldfastError, InvalidInputError } from './errors.js';

const TEMPORARY = '.writing-';
const PREVIOUS = '.previous-';
/** What a writing makes: the name of its target, and whose it is. */
const LEFT = /^(.+)\.(writing|previous)-(\d+-[0-9a-f]{12})$/;
const DAY_MS = 86_400_000;

/** How long the moment between the two renames of a living process may take. */
const SWAP_MS = 1000;
/** How often another writer may come between them. */
const SWAPS = 100;

/** Of the writings of this process that are under way. */
const underWay = new Set<string>();

/** Names what a writing makes, so that others know whose it is. Until the returned function is called it is under way. */
function begin(): { id: string; done: () => void } {
  const id = `${process.pid}-${randomBytes(6).toString('hex')}`;
  underWay.add(id);
  return { id, done: () => void underWay.delete(id) };
}

/** Makes renames in a directory durable. */
export async function syncDirectory(directory: string): Promise<void> {
  // Not every file system lets a directory be opened or synced; the rename is then as durable as that system makes it.
  const handle = await open(directory, 'r').catch(() => undefined);
  if (!handle) return;
  try {
    await handle.sync().catch(() => undefined);
  } finally {
    await handle.close();
  }
}

/** Writes and flushes one file; the caller decides about atomicity. */
export async function writeFileSynced(path: string, content: string | Uint8Array): Promise<void> {
  const handle = await open(path, 'w');
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Replaces `path` by a file with this content, atomically. */
export async function writeFileAtomic(path: string, content: string | Uint8Array): Promise<void> {
  const target = resolve(path);
  await mkdir(dirname(target), { recursive: true }).catch((error) => unwritable(target, error));
  const { id, done } = begin();
  const temporary = `${target}${TEMPORARY}${id}`;
  try {
    await writeFileSynced(temporary, content);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    unwritable(target, error);
  } finally {
    done();
  }
  await syncDirectory(dirname(target));
  await removeAbandoned(target, await namesBeside(target));
}

/**
 * Replaces `directory` by one that `fill` writes. A crash leaves the old directory, or the new one, or the old one set aside
 * under a name that `recoverDirectory` finds again. Of several at the same time, the last one stays.
 */
export async function writeDirectoryAtomic(
  directory: string,
  fill: (temporary: string) => Promise<void>,
): Promise<void> {
  const target = resolve(directory);
  const parent = dirname(target);
  await mkdir(parent, { recursive: true }).catch((error) => unwritable(target, error));
  await recoverDirectory(target);
  await recoverOthers(parent);
  const { id, done } = begin();
  const temporary = join(parent, `${basename(target)}${TEMPORARY}${id}`);
  const previous = join(parent, `${basename(target)}${PREVIOUS}${id}`);
  try {
    await mkdir(temporary);
    await fill(temporary);
    await syncDirectory(temporary);
    await swap(temporary, target, previous);
  } catch (error) {
    done();
    await rm(temporary, { recursive: true, force: true });
    await recoverDirectory(target);
    unwritable(target, error);
  } finally {
    done();
  }
  await syncDirectory(parent);
  await rm(previous, { recursive: true, force: true });
}

/** Gives `temporary` the name `target`; what has it now gets the name `previous`. */
async function swap(temporary: string, target: string, previous: string): Promise<void> {
  for (let left = SWAPS; ; left--) {
    if (existsSync(target)) {
      // Someone else put his in place of what is set aside already.
      await rm(previous, { recursive: true, force: true });
      await rename(target, previous).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
    }
    try {
      await rename(temporary, target);
      return;
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      // Another writer was there between the two renames.
      if (!['ENOTEMPTY', 'EEXIST'].includes(code) || left === 0) throw error;
    }
  }
}

/**
 * Puts a directory that a crash left set aside back in its place, and removes unfinished ones of dead processes. Where a living one is about
 * to put the new one in place, waits for it.
 */
export async function recoverDirectory(directory: string): Promise<void> {
  const target = resolve(directory);
  const parent = dirname(target);
  const names = await namesBeside(target);
  await removeAbandoned(target, names);
  const setAside = idsOf(target, PREVIOUS, names).sort();
  for (const id of setAside) if (!alive(id)) await putBack(target, join(parent, basename(target) + PREVIOUS + id));
  if (existsSync(target) || !setAside.some(alive)) return;
  for (const end = performance.now() + SWAP_MS; performance.now() < end; await wait(5)) {
    if (existsSync(target)) return;
  }
  // No rename takes that long: the number of its process belongs to another one now.
  for (const id of setAside) await putBack(target, join(parent, basename(target) + PREVIOUS + id));
}

/**
 * Of others in `parent`, which nobody may ever write again: what a process that cannot be seen any more set aside comes back or goes, what it
 * left unfinished goes after a day. It may live in another container, or be another thread of this process.
 */
async function recoverOthers(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const [, target, mark, id] = LEFT.exec(name) ?? [];
    if (id === undefined || id.startsWith(`${process.pid}-`) || alive(id)) continue;
    const left = join(parent, name);
    if (mark === 'previous') await putBack(join(parent, target), left);
    else if (await isOld(left)) await rm(left, { recursive: true, force: true });
  }
}

async function isOld(path: string): Promise<boolean> {
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
  return Date.now() - mtimeMs > DAY_MS;
}

async function putBack(target: string, previous: string): Promise<void> {
  if (existsSync(target)) await rm(previous, { recursive: true, force: true });
  else await rename(previous, target).catch(() => undefined);
}

/** Removes what processes left that died while they wrote `target`. */
async function removeAbandoned(target: string, names: readonly string[]): Promise<void> {
  for (const id of idsOf(target, TEMPORARY, names)) {
    if (!alive(id)) await rm(`${target}${TEMPORARY}${id}`, { recursive: true, force: true });
  }
}

const namesBeside = (target: string): Promise<string[]> => readdir(dirname(target)).catch(() => []);

/** Ids of the writings of `target`, from the names of what they made. */
function idsOf(target: string, mark: string, names: readonly string[]): string[] {
  const start = basename(target) + mark;
  return names.filter((name) => name.startsWith(start)).map((name) => name.slice(start.length));
}

function alive(id: string): boolean {
  const pid = Number(id.split('-')[0]);
  // A process of the same number may have been here before this one.
  if (pid === process.pid) return underWay.has(id);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The disk, or what the user may have of it, is full. */
export function isFull(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** Adds text to the end of a file: all of it or, where the system refuses some, nothing. `flush`: it is on the disk before this resolves. */
export async function appendWhole(path: string, text: string, flush: boolean): Promise<void> {
  const handle = await open(path, 'a');
  try {
    const { size } = await handle.stat();
    try {
      await handle.writeFile(text);
      if (flush) await handle.datasync();
    } catch (error) {
      await handle.truncate(size).catch(() => undefined);
      throw error;
    }
  } finally {
    await handle.close();
  }
}

/** Rethrows; what the system refused (path, permissions, space) becomes a typed error. */
export function unwritable(target: string, error: unknown): never {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (error instanceof HoldfastError || !code) throw error;
  throw new InvalidInputError(`Cannot write ${target}: ${code}`, {
    hint: isFull(error)
      ? 'The disk is full; free some space. What was there before is unchanged.'
      : 'Check the path and its permissions. What was there before is unchanged.',
    details: { path: target, code },
    cause: error,
  });
}
