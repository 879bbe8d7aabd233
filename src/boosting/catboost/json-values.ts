/** Reads values of a parsed JSON file with their types checked: anything else is a `ModelFormatError` that names the place. */
import { damaged } from './format.js';

export type JsonObject = Record<string, unknown>;

const INT32_MAX = 2 ** 31 - 1;

export function asObject(value: unknown, part: string): JsonObject {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw damaged(part, 'is no object');
  return value as JsonObject;
}

/** A list; absent and null are empty, which is how CatBoost writes empty ones. */
export function asList(value: unknown, part: string): unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw damaged(part, 'is no list');
  return value;
}

export function asText(value: unknown, part: string): string {
  if (typeof value !== 'string') throw damaged(part, 'is no text');
  return value;
}

export function asFinite(value: unknown, part: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw damaged(part, 'is no finite number');
  return value;
}

/** A finite float32. */
export function asFloat(value: unknown, part: string): number {
  const float = Math.fround(asFinite(value, part));
  if (!Number.isFinite(float)) throw damaged(part, 'is no float32');
  return float;
}

export function asInteger(value: unknown, part: string, min = 0, max = INT32_MAX): number {
  if (typeof value !== 'number' || !Number.isInteger(value)) throw damaged(part, 'is no integer');
  if (value < min || value > max) throw damaged(part, `${value} is not in ${min} .. ${max}`);
  return value;
}

/** An int32, as hashes of categories are; their unsigned form is taken too. */
export function asInt32(value: unknown, part: string): number {
  return asInteger(value, part, -(2 ** 31), 2 ** 32 - 1) | 0;
}

/** Finite numbers as they are. */
export function asNumbers(value: unknown, part: string): number[] {
  return asList(value, part).map((item) => asFinite(item, part));
}
