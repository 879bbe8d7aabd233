/**
 * The state of an unfinished training on disk: one file, written whole or not at all, that says what it belongs to. Nothing in it
 * is evaluated, and a damaged file is never read as a state.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InvalidInputError, ModelFormatError } from './errors.js';
import { sha256 } from './hash.js';

const FORMAT = 'holdfast-checkpoint';
const VERSION = 1;

export interface Checkpoint {
  /** Of everything that the state depends on: data, settings, seed. */
  readonly fingerprint: string;
  readonly state: Uint8Array;
}

/** Writes from a worker thread, which waits: a reader sees this state or the one before. */
export function writeCheckpoint(path: string, { fingerprint, state }: Checkpoint): void {
  const header = { format: FORMAT, version: VERSION, fingerprint, bytes: state.byteLength, sha256: sha256(state) };
  const temporary = `${path}.writing`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(temporary, 'w');
    try {
      writeWhole(file, Buffer.from(`${JSON.stringify(header)}\n`));
      writeWhole(file, state);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new InvalidInputError(`Cannot write the checkpoint ${path}: ${code ?? String(error)}`, {
      hint: 'Pass a checkpointDirectory that can be written to and has room.',
      details: { path, code },
      cause: error,
    });
  }
}

function writeWhole(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.byteLength; ) at += writeSync(file, bytes, at);
}

/**
 * The checkpoint at `path`; undefined where there is none.
 *
 * @throws ModelFormatError - a file that is no whole checkpoint of this version
 */
export async function readCheckpoint(path: string): Promise<Checkpoint | undefined> {
  const content = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw damaged(path, error.code ?? String(error), error);
  });
  if (!content) return undefined;
  const end = content.indexOf(10);
  const header = parseHeader(content.subarray(0, Math.max(0, end)).toString('utf8'));
  if (!header || header.format !== FORMAT) throw damaged(path, 'it is no checkpoint');
  if (header.version !== VERSION) throw damaged(path, `it is of version ${String(header.version)}`);
  // A plain array: copies of a Buffer are Buffers, which cannot be made over shared memory.
  const state = new Uint8Array(content.buffer, content.byteOffset + end + 1, content.byteLength - end - 1);
  if (typeof header.fingerprint !== 'string' || header.bytes !== state.byteLength || header.sha256 !== sha256(state)) {
    throw damaged(path, 'it is cut short or was changed');
  }
  return { fingerprint: header.fingerprint, state };
}

function parseHeader(text: string): Record<string, unknown> | undefined {
  try {
    const header: unknown = JSON.parse(text);
    return typeof header === 'object' && header !== null ? (header as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Removes the checkpoint of a training that is done, and one that was being written when a process died. */
export async function removeCheckpoint(path: string): Promise<void> {
  await rm(path, { force: true });
  await rm(`${path}.writing`, { force: true });
}

function damaged(path: string, problem: string, cause?: unknown): ModelFormatError {
  return new ModelFormatError(`The checkpoint ${path} cannot be read: ${problem}`, {
    hint: 'Delete it to train from the beginning.',
    details: { path },
    cause,
  });
}
