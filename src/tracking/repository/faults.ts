/** What goes wrong with databases: which faults pass by themselves, and the typed errors of the others. */
import { DatabaseError, HoldfastError, InvalidInputError } from '../../core/errors.js';

/** The connection or the server is gone for now; the same statement may succeed later. */
export class ConnectionLost extends Error {}

interface Fault {
  readonly message?: string;
  readonly code?: string;
  readonly constraint?: string;
}

const SYSTEM = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'EAI_AGAIN',
  'ENOENT',
]);
/**
 * PostgreSQL, appendix A: connection exceptions, shutdowns and starts of the server, too many connections, a server that
 * only reads for now (a failover), and transactions that lost against others.
 */
const PASSING = /^(08...|57P0[1235]|53300|25006|40001|40P01|55P03)$/;
const CUT =
  /Connection terminated|connection timeout|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error/i;

export function passes(error: unknown): boolean {
  if (error instanceof ConnectionLost) return true;
  if (error instanceof HoldfastError) return false;
  const { code = '', message = '' } = (error ?? {}) as Fault;
  // Node tries all addresses of a name, and says what became of each.
  if (error instanceof AggregateError) return error.errors.some(passes);
  return SYSTEM.has(code) || PASSING.test(code) || CUT.test(message);
}

const HINTS: readonly (readonly [RegExp, string])[] = [
  [/^28/, 'Check user and password.'],
  [/^3D000$/, 'Create the database first.'],
  [/^42501$/, 'The user needs the right to create and change tables in this database.'],
  [
    /^42P07$/,
    'The database holds tables of these names that were not made by holdfast; use another database or schema (search_path).',
  ],
  [/^53100$/, 'The disk of the database is full.'],
];

/** The typed error of what a database threw; nothing secret is in it. */
export function typed(error: unknown, doing: string, where: string, scrub: (text: string) => string): HoldfastError {
  if (error instanceof HoldfastError) return error;
  const fault = (error instanceof AggregateError ? error.errors[0] : error) as Fault | undefined;
  const { code = '', constraint } = fault ?? {};
  const text = scrub(fault?.message || code || String(error));
  // The original holds its connection, and that the password.
  const cause = Object.assign(new Error(text), { code });
  if (code === '23503') {
    return new InvalidInputError(`${doing} refers to something that is not in ${where} (${constraint ?? text})`, {
      hint: 'Save the model version or the experiment first.',
      details: { constraint },
      cause,
    });
  }
  if (/^2[23]/.test(code)) {
    return new InvalidInputError(`${doing}: ${where} refused a value: ${text}`, {
      hint: 'A value is outside of what its column holds.',
      details: { code, constraint },
      cause,
    });
  }
  const passing = passes(error);
  return new DatabaseError(`${doing} failed in ${where}: ${text}`, {
    hint:
      HINTS.find(([pattern]) => pattern.test(code))?.[1] ??
      (passing
        ? 'The database could not be reached in time. The same call may be made again: nothing is written twice.'
        : ''),
    details: { code, retryable: passing },
    cause,
  });
}
