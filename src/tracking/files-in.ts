/** The plain files below a directory. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { TrackingError } from '../core/errors.js';

/** Paths relative to `directory`, with '/' between their parts, sorted. Links are left out: they may lead anywhere. */
export async function filesIn(directory: string): Promise<string[]> {
  const found: string[] = [];
  const walk = async (below: string): Promise<void> => {
    for (const entry of await readdir(join(directory, below), { withFileTypes: true })) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) await walk(path);
      else if (entry.isFile()) found.push(path);
    }
  };
  try {
    await walk('');
  } catch (error) {
    throw new TrackingError(`Cannot read the artifacts in ${directory}: ${(error as NodeJS.ErrnoException).code}`, {
      hint: 'Pass the path of a directory that exists and stays until it is logged.',
      details: { path: directory },
      cause: error,
    });
  }
  return found.sort();
}
