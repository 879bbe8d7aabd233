/** Damage of every kind to the model files of the boosting libraries: a reader refuses it with a ModelFormatError or reads a usable model. */
import { expect } from 'vitest';
import { ModelFormatError } from '../../src/core/errors.js';
import { Random } from '../../src/core/random.js';

export interface FileFormat {
  /** A good file. */
  bytes: Uint8Array;
  /** Reads a file and scores some rows by it. */
  score(bytes: Uint8Array): Promise<Float64Array>;
  /** Texts in a good file, and what a newer version, a cycle, or an index out of range has in their place. */
  damage: Readonly<Record<string, (text: string) => string>>;
}

/** What became of a file: its scores, or undefined where it was refused. Any other error fails the test. */
export async function outcome(format: FileFormat, bytes: Uint8Array): Promise<Float64Array | undefined> {
  try {
    return await format.score(bytes);
  } catch (error) {
    if (!(error instanceof ModelFormatError)) throw error;
    expect(error.hint).not.toBe('');
    return undefined;
  }
}

/** Cut at `cuts` places; the last ones are in the file's last bytes. */
export async function cutAnywhere(format: FileFormat, cuts: number): Promise<void> {
  const { bytes } = format;
  const whole = await format.score(bytes);
  for (let i = 0; i < cuts; i++) {
    const end = i < cuts / 2 ? Math.floor((2 * i * bytes.length) / cuts) : bytes.length - 1 - (cuts - 1 - i) * 3;
    const scores = await outcome(format, bytes.slice(0, Math.max(0, end)));
    // What was lost can only have been without meaning.
    if (scores) expect(scores).toEqual(whole);
  }
}

/** Bytes changed, dropped, doubled and swapped at random; numbers replaced by others. Says how many files were refused. */
export async function changeAnything(format: FileFormat, times: number, seed: number): Promise<number> {
  const random = new Random(seed);
  const original = Array.from(format.bytes);
  const size = (await format.score(format.bytes)).length;
  let refused = 0;
  for (let i = 0; i < times; i++) {
    const scores = await outcome(format, changed(format.bytes, random));
    if (scores) expect(scores).toHaveLength(size);
    else refused++;
  }
  // Each file was damaged on its own.
  expect(Array.from(format.bytes)).toEqual(original);
  return refused;
}

const NUMBERS = [
  '-1',
  '0',
  '1',
  '7',
  '255',
  '65536',
  '2147483647',
  '-2147483648',
  '4294967296',
  '1e20',
  '1e999',
  'nan',
];

function changed(bytes: Uint8Array, random: Random): Uint8Array {
  const at = random.int(bytes.length);
  const length = 1 + random.int(40);
  switch (random.int(5)) {
    case 0: {
      const copy = new Uint8Array(bytes);
      for (let n = 1 + random.int(4); n > 0; n--) copy[random.int(copy.length)] = random.int(256);
      return copy;
    }
    case 1:
      return joined(bytes.subarray(0, at), bytes.subarray(at + length));
    case 2:
      return joined(bytes.subarray(0, at + length), bytes.subarray(at));
    case 3: {
      // The largest values that four bytes hold, as sizes and offsets of binary formats.
      const copy = new Uint8Array(bytes);
      copy.fill(random.int(2) === 0 ? 255 : 127, at, Math.min(at + 4, copy.length));
      return copy;
    }
    default:
      return withOtherNumber(bytes, at, NUMBERS[random.int(NUMBERS.length)]);
  }
}

/** The first number in decimal digits from `at` on, replaced. */
function withOtherNumber(bytes: Uint8Array, at: number, number: string): Uint8Array {
  const digit = (byte: number) => byte >= 48 && byte <= 57;
  let from = at;
  while (from < bytes.length && !digit(bytes[from])) from++;
  let to = from;
  while (to < bytes.length && digit(bytes[to])) to++;
  return joined(bytes.subarray(0, from), new TextEncoder().encode(number), bytes.subarray(to));
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

const SIZE = 10 << 20;
let garbage: Uint8Array[] | undefined;

/** Ten megabytes each: noise, nothing, and what keeps a careless parser busy. */
function someGarbage(): Uint8Array[] {
  const repeated = (text: string) => new TextEncoder().encode(text.repeat(Math.ceil(SIZE / text.length)));
  const random = new Random(8);
  const noise = Uint8Array.from({ length: 1 << 18 }, () => random.int(256));
  garbage ??= [
    joined(...Array.from({ length: 40 }, () => noise)),
    new Uint8Array(SIZE),
    repeated('['),
    repeated('{"a":'),
    repeated('Tree=0\n'),
  ];
  return garbage;
}

/** Garbage on its own, and after what a good file begins with: always refused. */
export async function refuseGarbage(format: FileFormat): Promise<void> {
  const { bytes } = format;
  const [noise, ...others] = someGarbage();
  const starts = [16, bytes.length >> 1].map((length) => joined(bytes.subarray(0, length), noise));
  for (const file of [noise, ...others, ...starts]) expect(await outcome(format, file)).toBeUndefined();
}

/** Named damage to the text of a file: always refused. */
export async function refuseDamage(format: FileFormat, name: string): Promise<void> {
  const text = new TextDecoder('latin1').decode(format.bytes);
  const damaged = format.damage[name](text);
  expect(damaged).not.toBe(text);
  expect(
    await outcome(
      format,
      Uint8Array.from(damaged, (letter) => letter.charCodeAt(0)),
    ),
  ).toBeUndefined();
}
