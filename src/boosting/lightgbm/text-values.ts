/** Numbers in LightGBM's text: read strictly, written so that they read back to the identical float64. */
import { damaged } from './format.js';

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const INTEGER = /^-?\d{1,15}$/;
const SPECIAL: Readonly<Record<string, number>> = {
  inf: Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
  nan: Number.NaN,
  '-nan': Number.NaN,
};

/** The shortest decimal of `value`; infinities and NaN as C writes them. */
export function writeNumber(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : String(value);
  return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
}

export function writeNumbers(values: ArrayLike<number>): string {
  return Array.from(values, writeNumber).join(' ');
}

export function readInteger(text: string, part: string): number {
  if (!INTEGER.test(text)) throw damaged(part, `'${text.slice(0, 40)}' is not a whole number`);
  return Number(text);
}

/** `count` numbers separated by spaces; `allow` says what besides finite ones may appear. */
export function readNumbers(
  text: string,
  count: number,
  part: string,
  allow: 'finite' | 'infinite' | 'any',
): Float64Array {
  const tokens = tokensOf(text, count, part);
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const token = tokens[i];
    const value = DECIMAL.test(token) ? Number(token) : SPECIAL[token.toLowerCase()];
    const fits =
      value !== undefined &&
      (Number.isFinite(value) || allow === 'any' || (allow === 'infinite' && !Number.isNaN(value)));
    if (!fits) throw damaged(part, `'${token.slice(0, 40)}' is not a usable number`, { index: i });
    values[i] = value;
  }
  return values;
}

/** `count` whole numbers in [min, max]. */
export function readIntegers(text: string, count: number, part: string, min: number, max: number): Int32Array {
  const tokens = tokensOf(text, count, part);
  const values = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const value = readInteger(tokens[i], part);
    if (value < min || value > max) {
      throw damaged(part, `${value} is outside ${min}..${max}`, { index: i, value });
    }
    values[i] = value;
  }
  return values;
}

/** 32-bit words of a bit set. */
export function readWords(text: string, count: number, part: string): Uint32Array {
  const tokens = tokensOf(text, count, part);
  return Uint32Array.from(tokens, (token) => {
    const value = readInteger(token, part);
    if (value < 0 || value > 0xffff_ffff) throw damaged(part, `${token} is no 32-bit word`);
    return value;
  });
}

function tokensOf(text: string, count: number, part: string): string[] {
  const tokens = words(text);
  if (tokens.length !== count) throw damaged(part, `${tokens.length} values where ${count} belong`);
  return tokens;
}

/** Lines `key=value` (the value may hold further `=`) and lines that are a flag. */
export function keyValues(text: string, part: string): { values: Map<string, string>; flags: Set<string> } {
  const values = new Map<string, string>();
  const flags = new Set<string>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const at = line.indexOf('=');
    if (at < 0) flags.add(line);
    else if (values.has(line.slice(0, at))) throw damaged(part, `'${line.slice(0, at)}' appears twice`);
    else values.set(line.slice(0, at), line.slice(at + 1));
  }
  return { values, flags };
}

export function required(values: Map<string, string>, key: string, part: string): string {
  const value = values.get(key);
  if (value === undefined) throw damaged(part, `'${key}' is missing`);
  return value;
}

/** What spaces separate. */
export function words(text: string): string[] {
  return text.split(' ').filter((word) => word !== '');
}
