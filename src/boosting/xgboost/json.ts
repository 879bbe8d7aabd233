/**
 * The document as JSON text. XGBoost's JSON also has NaN, Infinity and -Infinity, and it tells floats from integers by their
 * exponent, so floats are written with one.
 */
import { damaged } from './damage.js';
import type { DocumentValue } from './document.js';
import { FloatList, isNumberArray } from './document.js';

const MARK = '@number:';
const SPECIAL = new Map<string, number>([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);

/** @throws ModelFormatError - no complete JSON */
export function parseJson(text: string): DocumentValue {
  try {
    return JSON.parse(text) as DocumentValue;
  } catch (error) {
    if (!/\b(NaN|Infinity)\b/.test(text)) throw notJson(error);
    return parseWithSpecialNumbers(text);
  }
}

function parseWithSpecialNumbers(text: string): DocumentValue {
  // The first branch takes whole strings, so that a NaN inside one is left alone.
  const quoted = text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (token) =>
    token.startsWith('"') ? token : `"${MARK}${token}"`,
  );
  try {
    return JSON.parse(quoted, (_key, item: DocumentValue) =>
      typeof item === 'string' && item.startsWith(MARK) ? (SPECIAL.get(item.slice(MARK.length)) ?? item) : item,
    ) as DocumentValue;
  } catch (error) {
    throw notJson(error);
  }
}

const notJson = (error: unknown) => damaged('document', `is no complete JSON (${(error as Error).message})`);

export function formatJson(value: DocumentValue): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : formatFloat(value);
  if (value instanceof Float32Array || value instanceof Float64Array) {
    const write = value instanceof Float32Array ? formatFloat : (x: number) => withExponent(String(x), x);
    return `[${Array.from(value, write).join(',')}]`;
  }
  if (value instanceof FloatList) return formatJson(value.values);
  if (isNumberArray(value)) return `[${value.join(',')}]`;
  if (Array.isArray(value)) return `[${value.map(formatJson).join(',')}]`;
  const members = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${formatJson(item)}`);
  return `{${members.join(',')}}`;
}

/** The shortest decimal that reads back to the same float32, with an exponent. */
export function formatFloat(value: number): string {
  const single = Math.fround(value);
  for (let digits = 1; digits < 9; digits++) {
    const text = single.toPrecision(digits);
    if (Math.fround(Number(text)) === single) return withExponent(text, single);
  }
  return withExponent(single.toPrecision(9), single);
}

function withExponent(text: string, value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return Object.is(value, -0) ? '-0E0' : '0E0';
  return text.includes('e') ? text.replace('e+', 'E').replace('e', 'E') : `${text}E0`;
}
