/**
 * Values on their way into the database and back, exactly or not at all. JSON documents keep NaN and infinities as the texts 'NaN',
 * 'Infinity' and '-Infinity', which PostgreSQL casts to the same numbers; a text that looks like one gets a backslash in front.
 */
import { InvalidInputError } from '../../core/errors.js';
import { KEY_BYTES } from './migrations.js';

/** Plain data: what JSON holds, with NaN and infinities. */
export type Document = Readonly<Record<string, unknown>>;

const DEEPEST = 200;
const NOT_FINITE = /^\\*(NaN|-?Infinity)$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: PostgreSQL holds any character but this one
const UNSTORABLE = /\u0000|\p{Surrogate}/u;

/** @throws InvalidInputError - not a text, too long, or one with characters that PostgreSQL does not hold */
export function storableText(value: unknown, what: string): string {
  if (typeof value !== 'string') {
    throw new InvalidInputError(`${what} is ${value === null ? 'null' : typeof value}, not a text`, {
      hint: 'Pass a string.',
    });
  }
  if (UNSTORABLE.test(value)) {
    throw new InvalidInputError(`${what} holds a NUL character or half a character, which PostgreSQL does not hold`, {
      hint: 'Remove it.',
    });
  }
  return value;
}

/** A text that rows are found by. */
export function storableKey(value: unknown, what: string): string {
  const text = storableText(value, what);
  const bytes = Buffer.byteLength(text);
  if (bytes === 0 || bytes > KEY_BYTES) {
    throw new InvalidInputError(bytes === 0 ? `${what} is empty` : `${what} has ${bytes} bytes`, {
      hint: `Use a text of 1 to ${KEY_BYTES} bytes.`,
    });
  }
  return text;
}

/** JSON text of a plain object, or null for none. @throws InvalidInputError - what JSON does not hold, naming the place */
export function documentText(value: unknown, what: string): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'object' || Array.isArray(value) || ArrayBuffer.isView(value)) {
    throw new InvalidInputError(`${what} is no object`, { hint: 'Pass plain data: { name: value }.' });
  }
  return JSON.stringify(encode(value, what, 0));
}

function encode(value: unknown, at: string, depth: number): unknown {
  if (depth > DEEPEST) {
    throw new InvalidInputError(`${at.slice(0, 100)} is nested deeper than ${DEEPEST} levels, or holds itself`, {
      hint: 'Pass plain data.',
    });
  }
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'string': {
      const text = storableText(value, at);
      return NOT_FINITE.test(text) ? `\\${text}` : text;
    }
    case 'boolean':
      return value;
    case 'object': {
      if (value === null) return null;
      if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
      if (Array.isArray(value))
        return value.map((item, i) => (item === undefined ? null : encode(item, `${at}[${i}]`, depth + 1)));
      if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
        return Array.from(value as unknown as ArrayLike<unknown>, (item, i) => encode(item, `${at}[${i}]`, depth + 1));
      }
      const entries = Object.entries(value).filter(([, item]) => item !== undefined);
      return Object.fromEntries(
        entries.map(([key, item]) => [storableText(key, `a key of ${at}`), encode(item, `${at}.${key}`, depth + 1)]),
      );
    }
    default:
      throw new InvalidInputError(`${at} is a ${typeof value}, which JSON does not hold`, {
        hint: 'Pass plain data: numbers, texts, booleans, lists and objects of them.',
      });
  }
}

/** The inverse of `documentText`; keys come in an order of PostgreSQL's. */
export function documentOf(text: unknown): Document | undefined {
  return typeof text === 'string' ? (JSON.parse(text, (_key, value) => decode(value)) as Document) : undefined;
}

function decode(value: unknown): unknown {
  if (typeof value !== 'string' || !NOT_FINITE.test(value)) return value;
  return value.startsWith('\\') ? value.slice(1) : Number(value);
}

/** A whole number that a column of INTEGER holds. */
export function storableCount(value: unknown, what: string): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 2 ** 31 - 1) {
    throw new InvalidInputError(`${what} ${String(value)} is no whole number from 0 to ${2 ** 31 - 1}`);
  }
  return value;
}
