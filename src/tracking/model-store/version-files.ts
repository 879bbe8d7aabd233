/** The files of a stored version: copied in, with their checksums, and checked before they are used. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, lstat, mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidInputError } from '../../core/errors.js';
import { syncDirectory } from '../../core/files.js';
import type { BaseModel } from '../../model/base-model.js';
import { readBundle } from '../../model/bundle.js';
import { PreprocessingPipeline } from '../../preprocessing/pipeline.js';
import { damaged, type FileChecksums, MANIFEST, type Manifest } from './manifest.js';

export const MODEL = 'model';
export const PREPROCESSING = 'preprocessing';

/** A fitted model, or the directory of one that was saved. */
export type ModelSource = string | Pick<BaseModel, 'save'>;
/** A fitted pipeline, or the directory of one that was saved. */
export type PreprocessingSource = string | PreprocessingPipeline;

/** Writes `model/`, and says what model it is. @throws ModelFormatError - the directory holds no whole model */
export async function writeModel(source: ModelSource, directory: string): Promise<Manifest['model']> {
  const target = join(directory, MODEL);
  if (typeof source === 'string') {
    const { files } = await readBundle(source);
    await copyFiles(source, target, ['model.json', ...Object.keys(files)]);
  } else if (typeof source?.save === 'function') {
    await source.save(target);
  } else {
    throw new InvalidInputError('register: there is no model', {
      hint: 'Pass a fitted model, or the directory that save() wrote.',
    });
  }
  const { name, family, task, seed } = (await readBundle(target)).metadata;
  return { name, family, task, seed };
}

/** Writes `preprocessing/`. */
export async function writePreprocessing(source: PreprocessingSource, directory: string): Promise<void> {
  const target = join(directory, PREPROCESSING);
  if (typeof source !== 'string') {
    await source.save(target);
    return;
  }
  await PreprocessingPipeline.load(source);
  await copyFiles(source, target, await readdir(source));
}

async function copyFiles(from: string, to: string, names: readonly string[]): Promise<void> {
  await mkdir(to);
  for (const name of names) {
    // A link could lead to what is nobody's business, and later to something else.
    if (!(await lstat(join(from, name))).isFile()) {
      throw new InvalidInputError(`register: ${join(from, name)} is no plain file`, {
        hint: 'Pass the directory that save() wrote.',
      });
    }
    await copyFile(join(from, name), join(to, name));
  }
}

/** Checksums of all files, `folder/name` to what it holds; all of it flushed to the disk. */
export async function checksumsOf(directory: string): Promise<FileChecksums> {
  const checksums: FileChecksums = {};
  for (const name of await fileNames(directory)) {
    const path = join(directory, name);
    checksums[name] = await checksumOf(path);
    const handle = await open(path, 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
  for (const folder of [MODEL, PREPROCESSING]) await syncDirectory(join(directory, folder));
  return checksums;
}

/** @throws ModelFormatError - a file that was altered, is missing or does not belong to the version, by name */
export async function verifyFiles(directory: string, files: FileChecksums): Promise<void> {
  for (const [name, { sha256, bytes }] of Object.entries(files)) {
    const path = join(directory, name);
    const found = await checksumOf(path).catch((error: NodeJS.ErrnoException) => {
      throw damaged(path, `cannot be read: ${error.code}`, error);
    });
    if (found.bytes !== bytes || found.sha256 !== sha256) throw damaged(path, 'was altered or is damaged');
  }
  for (const name of await fileNames(directory)) {
    if (!Object.hasOwn(files, name)) throw damaged(join(directory, name), 'does not belong to this version');
  }
}

/** Files of the version's folders, in their order; the manifest left out. */
async function fileNames(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(directory.length + 1)
        .replaceAll('\\', '/'),
    )
    .filter((name) => name !== MANIFEST)
    .sort();
}

/** In pieces: a file may be larger than what is pleasant in memory, and hashing it whole would hold everything else up. */
async function checksumOf(path: string): Promise<FileChecksums[string]> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) {
    hash.update(piece as Buffer);
    bytes += (piece as Buffer).length;
  }
  return { sha256: hash.digest('hex'), bytes };
}
