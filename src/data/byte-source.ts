/**
 * Bytes of a file, a text, a buffer or a stream, chunk by chunk, gzip undone where the bytes say so (not the file's name).
 * Failures are `InvalidInputError`s naming the file.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { createGunzip } from 'node:zlib';
import { throwIfAborted } from '../core/abort.js';
import { InvalidInputError } from '../core/errors.js';
import type { ProgressListener } from '../core/progress.js';

/** A path or `file:` URL, `{ text }`, `{ bytes }`, or any (async) iterable of bytes or text: a Node stream, a web stream, a generator. */
export type ByteSource =
  | string
  | URL
  | { readonly text: string }
  | { readonly bytes: Uint8Array }
  | AsyncIterable<Uint8Array | string>;

/** What every reader of files takes: progress and cancelling. */
export interface ReadOptions {
  /** Events of phase 'read': `step` and `total` are bytes of the source as stored (compressed, if it is). */
  onProgress?: ProgressListener;
  signal?: AbortSignal;
}

const CHUNK = 1 << 18;

/** The path of a file given by path or `file:` URL. */
export function filePath(source: string | URL): string {
  if (typeof source === 'string') return source;
  if (source instanceof URL && source.protocol === 'file:') return fileURLToPath(source);
  throw notASource(source);
}

/** What messages call the source. */
export function sourceName(source: ByteSource): string {
  if (typeof source === 'string') return source;
  if (source instanceof URL) return filePath(source);
  return 'text' in source ? 'text' : 'bytes' in source ? 'bytes' : 'stream';
}

/** A source that can be read several times; a stream is kept in memory as it came. */
export async function repeatable(source: ByteSource): Promise<ByteSource> {
  if (typeof source === 'string') return source;
  if (source === null || typeof source !== 'object') throw notASource(source);
  if (source instanceof URL) return filePath(source);
  if ('text' in source || 'bytes' in source) return source;
  if (!(Symbol.asyncIterator in source || Symbol.iterator in source)) throw notASource(source);
  const kept: Uint8Array[] = [];
  try {
    for await (const chunk of source) kept.push(asBytes(chunk));
  } catch (error) {
    throw unreadable('stream', error);
  }
  return { bytes: Buffer.concat(kept) };
}

/** The uncompressed bytes. Chunks belong to the reader only until it asks for the next one. */
export async function* readBytes(source: ByteSource, options: ReadOptions = {}): AsyncGenerator<Uint8Array> {
  const name = sourceName(source);
  const { chunks, total } = await open(source);
  let step = 0;
  const counted = async function* () {
    for await (const chunk of chunks) {
      throwIfAborted(options.signal, `Reading ${name}`);
      const bytes = asBytes(chunk);
      step += bytes.length;
      options.onProgress?.({ phase: 'read', step, total, message: name });
      yield bytes;
    }
  };
  try {
    yield* gunzipped(counted());
  } catch (error) {
    throw unreadable(name, error);
  }
}

async function open(source: ByteSource): Promise<{ chunks: AsyncIterable<Uint8Array | string>; total?: number }> {
  if (source instanceof URL) return open(filePath(source));
  if (typeof source === 'string') {
    const info = await stat(source).catch((error) => {
      throw unreadable(source, error);
    });
    if (info.isDirectory()) throw unreadable(source, Object.assign(new Error('is a directory'), { code: 'EISDIR' }));
    return { chunks: createReadStream(source, { highWaterMark: CHUNK }), total: info.size };
  }
  if ('text' in source) {
    const bytes = Buffer.from(source.text);
    return { chunks: pieces(bytes), total: bytes.length };
  }
  if ('bytes' in source) return { chunks: pieces(source.bytes), total: source.bytes.length };
  return { chunks: source };
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += CHUNK) {
    yield bytes.subarray(at, at + CHUNK);
    // Memory is always ready: without a pause the event loop would stand still until the last byte.
    await new Promise((resume) => setImmediate(resume));
  }
}

const asBytes = (chunk: Uint8Array | string): Uint8Array => (typeof chunk === 'string' ? Buffer.from(chunk) : chunk);

/** Gzip starts with the bytes 1f 8b (RFC 1952). */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

async function* gunzipped(chunks: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    let head: Uint8Array = new Uint8Array(0);
    // A stream may come in pieces smaller than the two bytes that tell.
    while (head.length < 2) {
      const next = await chunks.next();
      if (next.done) break;
      head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
    }
    if (head.length === 0) return;
    const all = (async function* () {
      yield head;
      yield* chunks;
    })();
    if (isGzip(head)) yield* unpacked(all);
    else yield* all;
  } finally {
    // Whoever stops at the head has not come to the rest, which would stay open. Not waited for: a stream may never give what it was asked for.
    void chunks.return(undefined).catch(() => {});
  }
}

async function* unpacked(chunks: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: CHUNK });
  const input = Readable.from(chunks, { objectMode: false });
  // `pipe` passes no errors on; a reader that stops early must stop the input too.
  input.on('error', (error) => gunzip.destroy(error));
  try {
    yield* input.pipe(gunzip) as AsyncIterable<Uint8Array>;
  } finally {
    input.destroy();
    gunzip.destroy();
  }
}

const REASONS: Record<string, [message: string, hint: string]> = {
  ENOENT: ['there is no such file', 'Check the path; relative paths start at the working directory.'],
  EISDIR: ['this is a directory', 'Pass the path of a file in it.'],
  EACCES: ['permission denied', 'Check the permissions of the file.'],
  EPERM: ['permission denied', 'Check the permissions of the file.'],
  ENOTDIR: ['a part of the path is not a directory', 'Check the path.'],
  Z_BUF_ERROR: ['the gzip data ends too early', 'The file is truncated: download or write it again.'],
  Z_DATA_ERROR: ['the gzip data is damaged', 'The file is damaged: download or write it again.'],
};

/** The typed error for a failure of the file system, of zlib or of the caller's stream; typed errors pass through. */
export function unreadable(name: string, error: unknown): Error {
  if (error instanceof Error && 'hint' in error) return error;
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const known = code === undefined ? undefined : REASONS[code];
  const text = error instanceof Error ? error.message : String(error);
  return new InvalidInputError(`Cannot read ${name}: ${known?.[0] ?? text}`, {
    hint: known?.[1] ?? 'See the cause for what the system reported.',
    details: { file: name, code },
    cause: error,
  });
}

function notASource(source: unknown): InvalidInputError {
  const what = source instanceof URL ? `a ${source.protocol} URL` : source === null ? 'null' : typeof source;
  return new InvalidInputError(`Cannot read from ${what}`, {
    hint: 'Pass a path, a file: URL, { text }, { bytes }, or a readable stream.',
  });
}
