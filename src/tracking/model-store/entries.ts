/** What a folder of the store holds. */
import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { damaged } from './manifest.js';

/**
 * Nothing where there is no such folder.
 *
 * @throws ModelFormatError - a folder that cannot be read, or is none
 */
export async function entriesIn(directory: string): Promise<Dirent[]> {
  return readdir(directory, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw damaged(directory, `cannot be read: ${error.code}`, error);
  });
}

/** Names of its folders, in their order; hidden ones and files between them are not the store's. */
export async function foldersIn(directory: string): Promise<string[]> {
  const entries = await entriesIn(directory);
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort();
}
