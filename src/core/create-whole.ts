/** Files and directories that come to be once, by exactly one of all who try at the same time, and never half. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncDirectory, writeFileSynced } from './files.js';

/** Where a file system has no links, the file is made in place, and may be seen before it is whole. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL']);
const EXISTS = new Set(['EEXIST', 'ENOTEMPTY']);

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';

/** True for the one who made the file; false: it was there. */
export async function createWhole(file: string, text: string): Promise<boolean> {
  const temporary = `${file}.${randomUUID()}`;
  try {
    await writeFileSynced(temporary, text);
    await link(temporary, file);
  } catch (error) {
    // The second: someone tidied up behind the one who was first.
    if (codeOf(error) === 'EEXIST' || (codeOf(error) === 'ENOENT' && existsSync(file))) return false;
    if (!NO_LINKS.has(codeOf(error))) throw error;
    if (!(await madeInPlace(file, text))) return false;
  } finally {
    await rm(temporary, { force: true });
  }
  await syncDirectory(dirname(file));
  return true;
}

async function madeInPlace(file: string, text: string): Promise<boolean> {
  try {
    await writeFile(file, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Gives a finished directory, which is not empty, its name; false: there is one of this name. */
export async function claimDirectory(temporary: string, directory: string): Promise<boolean> {
  await syncDirectory(temporary);
  try {
    await rename(temporary, directory);
  } catch (error) {
    // Windows says of any directory that is there that it may not be replaced.
    if (EXISTS.has(codeOf(error)) || existsSync(directory)) return false;
    throw error;
  }
  await syncDirectory(dirname(directory));
  return true;
}
