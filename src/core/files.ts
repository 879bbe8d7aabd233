/** Files and directories written so that a reader sees the old state or the new one, never half of either. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { HoldfastError, InvalidInputError } from './errors.js';

const TEMPORARY = '.writing-';
const PREVIOUS = '.previous-';

const suffix = () => `${process.pid}-${randomBytes(6).toString('hex')}`;

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
  const temporary = `${target}${TEMPORARY}${suffix()}`;
  try {
    await writeFileSynced(temporary, content);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    unwritable(target, error);
  }
  await syncDirectory(dirname(target));
}

/**
 * Replaces `directory` by one that `fill` writes. A crash leaves the old directory, or the new one, or the old one set aside
 * under a name that `recoverDirectory` finds again.
 */
export async function writeDirectoryAtomic(
  directory: string,
  fill: (temporary: string) => Promise<void>,
): Promise<void> {
  const target = resolve(directory);
  const parent = dirname(target);
  await mkdir(parent, { recursive: true }).catch((error) => unwritable(target, error));
  await recoverDirectory(target);
  const id = suffix();
  const temporary = join(parent, `${basename(target)}${TEMPORARY}${id}`);
  const previous = join(parent, `${basename(target)}${PREVIOUS}${id}`);
  try {
    await mkdir(temporary);
    await fill(temporary);
    await syncDirectory(temporary);
    if (existsSync(target)) await rename(target, previous);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    await recoverDirectory(target);
    unwritable(target, error);
  }
  await syncDirectory(parent);
  await rm(previous, { recursive: true, force: true });
}

/** Puts a directory that a crash left set aside back in its place, and removes unfinished ones of dead processes. */
export async function recoverDirectory(directory: string): Promise<void> {
  const target = resolve(directory);
  const parent = dirname(target);
  const names = await readdir(parent).catch(() => [] as string[]);
  const mine = (mark: string) =>
    names.filter(
      (name) => name.startsWith(basename(target) + mark) && !alive(name.slice(basename(target).length + mark.length)),
    );
  for (const name of mine(TEMPORARY)) await rm(join(parent, name), { recursive: true, force: true });
  for (const name of mine(PREVIOUS).sort()) {
    if (existsSync(target)) await rm(join(parent, name), { recursive: true, force: true });
    else await rename(join(parent, name), target).catch(() => undefined);
  }
}

function alive(id: string): boolean {
  const pid = Number(id.split('-')[0]);
  if (pid === process.pid) return false;
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
