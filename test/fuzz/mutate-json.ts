/** JSON changed by its structure: values dropped, doubled, swapped, of other kinds, huge, deeply nested; keys that objects inherit. */
import type { Edit } from './case.js';
import { KEYS, NUMBERS, nested, STRINGS, VALUES } from './interesting.js';
import { mutateBytes } from './mutate-bytes.js';
import { mutateText } from './mutate-text.js';

/** Marks text that is bytes. */
export const BASE64 = 'base64:';

type Path = readonly (string | number)[];

/** The text of the changed document. The document itself stays as it is. */
export function mutateJson(document: unknown, edits: readonly Edit[]): string {
  let changed = document;
  for (const edit of edits) changed = edited(changed, edit);
  try {
    return JSON.stringify(changed) ?? 'null';
  } catch {
    // Nested too deeply to be written.
    return `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  }
}

const listed = new WeakMap<object, Path[]>();

/** All places, of a document that is asked about often (the seed) only once. */
function placesOf(document: unknown): readonly Path[] {
  if (document === null || typeof document !== 'object') return [[]];
  const known = listed.get(document);
  if (known) return known;
  const places: Path[] = [];
  const open: [unknown, Path][] = [[document, []]];
  for (let next = open.pop(); next && places.length < 20_000; next = open.pop()) {
    const [value, path] = next;
    places.push(path);
    if (path.length > 40 || value === null || typeof value !== 'object') continue;
    const keys = Array.isArray(value) ? value.keys() : Object.keys(value);
    for (const key of keys) open.push([(value as Record<string | number, unknown>)[key], [...path, key]]);
  }
  listed.set(document, places);
  return places;
}

function edited(document: unknown, [op, at, to, value]: Edit): unknown {
  const places = placesOf(document);
  const path = places[at % places.length];
  const old = valueAt(document, path);
  switch (op % 16) {
    case 0:
    case 1:
      return withValue(document, path, undefined);
    case 2:
      return withValue(document, path, VALUES[value % VALUES.length]);
    case 3:
      return withValue(document, path, STRINGS[value % STRINGS.length]);
    case 4:
      return withValue(document, path, NUMBERS[value % NUMBERS.length]);
    case 5:
      return withValue(document, path, valueAt(document, places[to % places.length]));
    case 6:
      return withValue(document, path, nested(old, [2, 50, 1500][value % 3], to % 2 === 0));
    case 7:
    case 8:
      return withKey(document, path, old, [op, at, to, value]);
    default:
      return withValue(document, path, likeIt(old, to, value));
  }
}

/** A value of the same kind, or what differs from it in one thing. */
function likeIt(old: unknown, to: number, value: number): unknown {
  if (typeof old === 'number')
    return [old + 1, old - 1, -old, old * 1e9, old + 0.5, value % 8, NUMBERS[value % NUMBERS.length]][to % 7];
  if (typeof old === 'boolean') return !old;
  if (typeof old === 'string') return otherText(old, to, value);
  if (!Array.isArray(old)) return VALUES[value % VALUES.length];
  if (old.length === 0) return [value % 5];
  const i = value % old.length;
  switch (to % 5) {
    case 0:
      return [...old.slice(0, i), old[i], ...old.slice(i)];
    case 1:
      return old.slice(0, i);
    case 2:
      return [...old, ...old];
    case 3:
      return [...old].reverse();
    default:
      return [...old.slice(i), ...old.slice(0, i)];
  }
}

function otherText(old: string, to: number, value: number): string {
  const inner: Edit = [to, value, to >> 3, value >> 3];
  if (old.startsWith(BASE64)) {
    const bytes = mutateBytes(Buffer.from(old.slice(BASE64.length), 'base64'), [inner]);
    return BASE64 + Buffer.from(bytes).toString('base64');
  }
  if (/^\s*[[{]/.test(old) && to % 5 !== 0) {
    const parsed = parsedText(old);
    if (parsed !== undefined) return mutateJson(parsed, [[to >> 2, value, value >> 4, to >> 6]]);
  }
  return old.length < 12 && to % 3 === 0 ? STRINGS[value % STRINGS.length] : mutateText(old, [inner]);
}

const parsedTexts = new Map<string, unknown>();

function parsedText(text: string): unknown {
  if (!parsedTexts.has(text)) {
    if (parsedTexts.size > 100) parsedTexts.clear();
    try {
      parsedTexts.set(text, JSON.parse(text));
    } catch {
      parsedTexts.set(text, undefined);
    }
  }
  return parsedTexts.get(text);
}

/** A key more, or another name of a key. */
function withKey(document: unknown, path: Path, old: unknown, [op, , to, value]: Edit): unknown {
  const key = KEYS[value % KEYS.length];
  if (old === null || typeof old !== 'object' || Array.isArray(old)) return withValue(document, path, { [key]: old });
  const entries = Object.entries(old);
  if (entries.length === 0) return withValue(document, path, fromEntries([[key, to]]));
  const i = to % entries.length;
  const other: [string, unknown] = [key, entries[i][1]];
  return withValue(document, path, fromEntries(op % 2 === 0 ? entries.with(i, other) : [...entries, other]));
}

/** Unlike assignment, makes `__proto__` a key like every other. */
function fromEntries(entries: readonly [string, unknown][]): object {
  const out = {};
  for (const [key, value] of entries)
    Object.defineProperty(out, key, { value, enumerable: true, configurable: true, writable: true });
  return out;
}

function valueAt(document: unknown, path: Path): unknown {
  let value = document;
  for (const key of path) value = (value as Record<string | number, unknown> | null | undefined)?.[key];
  return value;
}

/** A copy along the path; undefined takes the value away. */
function withValue(document: unknown, path: Path, value: unknown, depth = 0): unknown {
  if (depth === path.length) return value;
  if (document === null || typeof document !== 'object') return document;
  const key = path[depth];
  if (Array.isArray(document)) {
    const copy = [...document];
    const next = withValue(copy[Number(key)], path, value, depth + 1);
    if (next === undefined) copy.splice(Number(key), 1);
    else copy[Number(key)] = next;
    return copy;
  }
  const entries = Object.entries(document).map(([name, old]): [string, unknown] => [
    name,
    name === key ? withValue(old, path, value, depth + 1) : old,
  ]);
  return fromEntries(entries.filter(([, item]) => item !== undefined));
}
