/** Good inputs on disk, made by `make-seeds.ts`: fuzzing begins with them, and needs no training for it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

export const SEEDS = fileURLToPath(new URL('seeds/', import.meta.url));

/** Files of a folder of `seeds`; those that end in `.gz` unpacked. */
export function seedsIn(folder: string): Uint8Array[] {
  const directory = join(SEEDS, folder);
  if (!existsSync(directory)) throw new Error(`no seeds in ${directory}: node --import tsx test/fuzz/make-seeds.ts`);
  return readdirSync(directory)
    .sort()
    .map((name) => {
      const bytes = readFileSync(join(directory, name));
      return name.endsWith('.gz') ? gunzipSync(bytes) : bytes;
    });
}

export const textSeeds = (...texts: readonly string[]): Uint8Array[] => texts.map((text) => Buffer.from(text));

export const jsonSeeds = (...values: readonly unknown[]): Uint8Array[] =>
  values.map((value) => Buffer.from(JSON.stringify(value)));
