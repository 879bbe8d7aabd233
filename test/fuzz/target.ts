/** What can be fuzzed: something that reads bytes from outside, good bytes to begin with, and how these are changed. */
import type { Case } from './case.js';
import { mutateBytes } from './mutate-bytes.js';
import { mutateJson } from './mutate-json.js';
import { mutateText } from './mutate-text.js';

export interface Target {
  readonly name: string;
  /** What it covers, for the table. */
  readonly reads: string;
  readonly kind: 'bytes' | 'text' | 'json';
  /** Paths in the input are the user's own: it may say where to read. */
  readonly anyPath?: true;
  /** Good inputs; called once. */
  seeds(): Promise<readonly Uint8Array[]>;
  /**
   * Reads the input and uses what was read. Refuses by a typed error. `directory` is empty before the first case: nothing outside it may be
   * touched.
   */
  run(input: Uint8Array, directory: string): unknown;
}

const text = new TextDecoder();
const documents = new WeakMap<Uint8Array, unknown>();

/** The input of a case: JSON is changed by its structure, and every fifth time as text. */
export function inputOf(
  { kind }: Pick<Target, 'kind'>,
  seeds: readonly Uint8Array[],
  { base, edits }: Case,
): Uint8Array {
  const seed = seeds[base % seeds.length];
  if (kind === 'bytes') return mutateBytes(seed, edits);
  if (kind === 'text' || Math.floor(base / seeds.length) % 5 === 4)
    return Buffer.from(mutateText(text.decode(seed), edits));
  let document = documents.get(seed);
  if (document === undefined) documents.set(seed, (document = JSON.parse(text.decode(seed))));
  return Buffer.from(mutateJson(document, edits));
}
