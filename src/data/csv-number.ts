/** Decimal numbers from ASCII bytes: the nearest double, as `Number` gives, without making a string for the usual short ones. */

const POWERS = Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));
const MAX_EXACT = 9007199254740991;
const INFINITY_TEXT = /^[+-]?inf(inity)?$/i;

/** The number in `bytes[from .. to)`, or undefined unless all of it is a decimal number or an infinity. */
export function parseNumber(bytes: Buffer, from: number, to: number): number | undefined {
  let at = from;
  let byte = bytes[at];
  const negative = byte === 45;
  if (negative || byte === 43) byte = bytes[++at];
  let mantissa = 0;
  let digits = 0;
  let scale = 0;
  for (; at < to && (byte = bytes[at]) >= 48 && byte <= 57; at++, digits++) mantissa = mantissa * 10 + byte - 48;
  if (at < to && bytes[at] === 46) {
    const point = ++at;
    for (; at < to && (byte = bytes[at]) >= 48 && byte <= 57; at++) mantissa = mantissa * 10 + byte - 48;
    scale = point - at;
    digits += at - point;
  }
  if (digits === 0) return infinity(bytes, from, to);
  if (at < to) {
    if ((bytes[at] | 32) !== 101) return undefined;
    const sign = bytes[++at];
    if (sign === 45 || sign === 43) at++;
    let exponent = 0;
    const start = at;
    for (; at < to && (byte = bytes[at]) >= 48 && byte <= 57; at++)
      exponent = Math.min(exponent * 10 + byte - 48, 9999);
    if (at < to || at === start) return undefined;
    scale += sign === 45 ? -exponent : exponent;
  }
  // One rounding of two exact numbers is the nearest double (Clinger, 1990); else leave it to the engine's own parser.
  if (mantissa > MAX_EXACT || digits > 19 || scale > 22 || scale < -22)
    return Number(bytes.toString('latin1', from, to));
  const value = scale < 0 ? mantissa / POWERS[-scale] : mantissa * POWERS[scale];
  return negative ? -value : value;
}

function infinity(bytes: Buffer, from: number, to: number): number | undefined {
  if (to - from < 3 || to - from > 9) return undefined;
  if (!INFINITY_TEXT.test(bytes.toString('latin1', from, to))) return undefined;
  return bytes[from] === 45 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}
