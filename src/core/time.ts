/**
 * Timestamps: strict, fast parsing of ISO-like text to milliseconds since 1970-01-01 UTC. What is not a valid date is NaN, never guessed.
 * `YYYY-MM-DD`, then optionally a blank or `T` and `HH:MM[:SS[.fraction]]`, then optionally `Z`, `+hh:mm` or `+hhmm`; no zone means UTC.
 */
import { InvalidInputError } from './errors.js';

/** Unit of numbers that count from 1970. */
export type EpochUnit = 's' | 'ms' | 'us' | 'ns';

const DAY = 86_400_000;
const DAYS_BEFORE_MONTH = [0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
const DAYS_IN_MONTH = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/** Days from 0000-01-01 to 1970-01-01 in the proleptic Gregorian calendar. */
const EPOCH_DAYS = 719_528;

const isLeap = (year: number) => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/** Days since the epoch of a calendar date, NaN when there is no such day. Years 0 to 9999. */
function daysOf(year: number, month: number, day: number): number {
  if (!(month >= 1 && month <= 12) || !(day >= 1)) return Number.NaN;
  const leap = isLeap(year) ? 1 : 0;
  if (day > DAYS_IN_MONTH[month] + (month === 2 ? leap : 0)) return Number.NaN;
  // Leap days of the years before this one; year 0 is a leap year.
  const before =
    year === 0 ? 0 : Math.floor((year + 3) / 4) - Math.floor((year - 1) / 100) + Math.floor((year - 1) / 400);
  return year * 365 + before + DAYS_BEFORE_MONTH[month] + (month > 2 ? leap : 0) + day - 1 - EPOCH_DAYS;
}

/** `count` decimal digits at `at`, or NaN. */
function digits(bytes: ArrayLike<number>, at: number, count: number, end: number): number {
  if (at + count > end) return Number.NaN;
  let value = 0;
  for (let i = at; i < at + count; i++) {
    const d = bytes[i] - 48;
    if (!(d >= 0 && d <= 9)) return Number.NaN;
    value = value * 10 + d;
  }
  return value;
}

const DASH = 45;
const COLON = 58;
const POINT = 46;

/**
 * Milliseconds since the epoch of the ASCII text `bytes[from .. to)`, NaN unless all of it is one valid timestamp.
 * Fractions of a second keep up to nine digits (as a fraction of the millisecond).
 */
export function parseTimestampBytes(bytes: ArrayLike<number>, from: number, to: number): number {
  if (to - from < 10 || bytes[from + 4] !== DASH || bytes[from + 7] !== DASH) return Number.NaN;
  const days = daysOf(digits(bytes, from, 4, to), digits(bytes, from + 5, 2, to), digits(bytes, from + 8, 2, to));
  if (to - from === 10) return days * DAY;
  const separator = bytes[from + 10];
  if (separator !== 32 && separator !== 84) return Number.NaN;
  const hour = digits(bytes, from + 11, 2, to);
  const minute = digits(bytes, from + 14, 2, to);
  if (bytes[from + 13] !== COLON || !(hour <= 23) || !(minute <= 59)) return Number.NaN;
  let at = from + 16;
  let ms = (hour * 60 + minute) * 60_000;
  if (at < to && bytes[at] === COLON) {
    const second = digits(bytes, at + 1, 2, to);
    if (!(second <= 59)) return Number.NaN;
    ms += second * 1000;
    at += 3;
    if (at < to && (bytes[at] === POINT || bytes[at] === 44)) {
      const start = ++at;
      while (at < to && bytes[at] >= 48 && bytes[at] <= 57) at++;
      if (at === start || at - start > 9) return Number.NaN;
      // One division of integers: '.123' is exactly 123 ms.
      ms += (digits(bytes, start, at - start, to) * 1000) / 10 ** (at - start);
    }
  }
  return days * DAY + ms - zoneOffset(bytes, at, to);
}

/** Offset from UTC in milliseconds of the zone text `bytes[at .. to)`; NaN when it is none. */
function zoneOffset(bytes: ArrayLike<number>, at: number, to: number): number {
  if (at === to) return 0;
  const sign = bytes[at];
  if (sign === 90) return at + 1 === to ? 0 : Number.NaN;
  if (sign !== 43 && sign !== DASH) return Number.NaN;
  const minuteAt = bytes[at + 3] === COLON ? at + 4 : at + 3;
  const hours = digits(bytes, at + 1, 2, to);
  const minutes = digits(bytes, minuteAt, 2, to);
  if (minuteAt + 2 !== to || !(hours <= 23) || !(minutes <= 59)) return Number.NaN;
  return (hours * 60 + minutes) * 60_000 * (sign === DASH ? -1 : 1);
}

const scratch = new Uint16Array(64);

/**
 * Milliseconds since the epoch, or NaN when `text` is not a valid timestamp.
 *
 * @example
 * parseTimestamp('2020-02-29 09:30'); // 1582968600000
 * parseTimestamp('2021-02-29'); // NaN: no such day
 */
export function parseTimestamp(text: string): number {
  if (text.length > scratch.length) return Number.NaN;
  for (let i = 0; i < text.length; i++) scratch[i] = text.charCodeAt(i);
  return parseTimestampBytes(scratch, 0, text.length);
}

/** Milliseconds since the epoch of a number counted in `unit`. */
export function epochToMs(value: number, unit: EpochUnit): number {
  switch (unit) {
    case 's':
      return value * 1000;
    case 'ms':
      return value;
    case 'us':
      return value / 1000;
    case 'ns':
      return value / 1e6;
    default:
      throw new InvalidInputError(`Unknown epoch unit '${unit}'`, { hint: "Use 's', 'ms', 'us' or 'ns'." });
  }
}
