/** Names in a model store: they become names of directories, and must not lead anywhere else. */
import { InvalidInputError } from '../../core/errors.js';
import { sha256 } from '../../core/hash.js';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/;
/** Of devices, on Windows, whatever follows a dot. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
/** The highest version, which is no alias. */
export const LATEST = 'latest';

/** A version by its number, or by an alias; 'latest' is the highest number. */
export type VersionReference = number | string;

export function checkModelName(name: unknown): string {
  return checkName(name, 'model name', "Such as 'es-trend-20'.");
}

/** The name itself where a store takes it, else what can be kept of it and a hash, so that no two share one. */
export function storeName(name: string): string {
  if (NAME.test(name) && !DEVICE.test(name) && !name.endsWith('.')) return name;
  const kept = name
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 64);
  return `${kept || 'model'}-${sha256(name).slice(0, 12)}`;
}

export function checkAlias(alias: unknown): string {
  const name = checkName(alias, 'alias', "Such as 'production'.");
  if (name !== LATEST && !/^\d+$/.test(name)) return name;
  throw new InvalidInputError(`'${name}' is no usable alias`, {
    hint: "Numbers are versions, and 'latest' is the highest one; choose a word such as 'production'.",
  });
}

function checkName(name: unknown, what: string, example: string): string {
  if (typeof name === 'string' && NAME.test(name) && !DEVICE.test(name) && !name.endsWith('.')) return name;
  throw new InvalidInputError(`${JSON.stringify(String(name).slice(0, 100))} is no usable ${what}`, {
    hint: `Use 1 to 80 letters, digits, dots, underscores and hyphens, a letter or digit first. ${example}`,
  });
}

export function checkVersion(version: unknown): number {
  if (typeof version === 'number' && Number.isInteger(version) && version >= 1 && version <= 2 ** 31 - 1)
    return version;
  throw new InvalidInputError(`${String(version)} is no version`, { hint: 'Versions are whole numbers from 1.' });
}
