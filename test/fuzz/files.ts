/** Directories as one document, `{ path: text or base64 }`, and back. */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { BASE64 } from './mutate-json.js';

export type Document = Readonly<Record<string, unknown>>;

export const bytesOf = (value: unknown): Uint8Array =>
  typeof value === 'string' && value.startsWith(BASE64)
    ? Buffer.from(value.slice(BASE64.length), 'base64')
    : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value ?? null));

export function textOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('utf8');
  return Buffer.from(text).equals(Buffer.from(bytes)) ? text : BASE64 + Buffer.from(bytes).toString('base64');
}

/** A directory's files, the nested ones too. */
export function documentOf(directory: string): Record<string, string> {
  const files: Record<string, string> = {};
  const visit = (path: string): void => {
    for (const name of readdirSync(path).sort()) {
      const inner = join(path, name);
      if (statSync(inner).isDirectory()) visit(inner);
      else files[relative(directory, inner)] = textOf(readFileSync(inner));
    }
  };
  visit(directory);
  return files;
}

/** Replaces what is in `directory`. Only paths that stay in it are written. */
export function writeDocument(directory: string, files: unknown): void {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  if (files === null || typeof files !== 'object') return;
  for (const [path, content] of Object.entries(files)) {
    if (!/^[\w.-]+(\/[\w.-]+)*$/.test(path) || path.length > 200 || /(^|\/)\.{1,2}(\/|$)/.test(path)) continue;
    try {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), bytesOf(content));
    } catch {
      // A file where a directory should be: the case is without it.
    }
  }
}
