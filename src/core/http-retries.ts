/** What a failed request says about another try: whether it may help, and when. */
import { randomInt } from 'node:crypto';
import type { HttpAnswer } from './http.js';

const LONGEST_WAIT_MS = 60_000;
const SHOWN = 300;

/** Failures that another try may not have; a bad certificate or a missing file will be the same next time. */
const CONNECTION = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'ETIMEDOUT', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH'],
  ...['ENETUNREACH', 'ENETDOWN', 'EHOSTDOWN', 'ERR_STREAM_PREMATURE_CLOSE'],
]);

export const errorCode = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | undefined)?.code;

export const isConnectionLost = (error: unknown): boolean => CONNECTION.has(errorCode(error) ?? '');

/**
 * Milliseconds before the next try: the server's own wish, else twice as long each time, plus or minus a quarter, so that many clients do
 * not come back together.
 */
export function retryWait(attempt: number, firstMs: number, answer: HttpAnswer | undefined): number {
  const asked = retryAfter(answer?.headers['retry-after']);
  if (asked !== undefined) return Math.min(asked, LONGEST_WAIT_MS);
  const base = Math.min(firstMs * 2 ** attempt, LONGEST_WAIT_MS);
  return base * (0.75 + randomInt(0, 501) / 1000);
}

/** Milliseconds of a Retry-After header: seconds or a date. */
export function retryAfter(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+(\.\d+)?$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** What a server has sent, as a part of one line of a message. */
export function shownText(text: string): string {
  const line = text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return line.length > SHOWN ? `${line.slice(0, SHOWN)}...` : line;
}
