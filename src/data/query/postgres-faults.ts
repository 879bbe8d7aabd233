/** The typed error of what a PostgreSQL server or the way to it did; nothing secret is in it. */
import { DatabaseError, HoldfastError, InvalidInputError } from '../../core/errors.js';
import { messageOf } from '../../core/text.js';
import { withoutSecrets } from './secrets.js';

interface Where {
  readonly source: string;
  readonly scrub: (text: string) => string;
  /** Read before it happened. */
  readonly rows: number;
}

/** By SQLSTATE (appendix A of PostgreSQL's manual). */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [/^28/, 'Check user and password: in `url`, in `password`, or in PGUSER and PGPASSWORD.'],
  [/^3D000$/, 'Check the name of the database.'],
  [/^42501$/, 'The user needs the right to read: GRANT SELECT ON table TO user.'],
  [/^25006$/, 'Sources are only read: write with another tool.'],
  [/^42601$/, "Write one SELECT in PostgreSQL's SQL; values go into `params` as $1, $2, ..."],
  [/^42/, 'Check the names of tables, columns and functions, and the types, in the query.'],
  [/^(22|21)/, 'Check the values in `params` and the casts in the query.'],
  [/^0[38]P01$/, 'Give one value in `params` for each of $1, $2, ...'],
  [/^53300$/, 'The server has no connection left.'],
];

/** What is wrong with the query; all else is wrong with the server, or with what it was told of the user. */
const ASKED = /^(0A|21|22|25006|42(?!501)|08P01|2200)/;
const UNREACHED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN', 'ENOENT']);

export function postgresFault(error: unknown, { source, scrub, rows }: Where): unknown {
  if (error instanceof HoldfastError || error instanceof TypeError || error instanceof RangeError) return error;
  // Node tries all addresses of a name, and says what became of each.
  const fault: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const { code = '', position } = (fault ?? {}) as { code?: string; position?: string };
  const text = withoutSecrets(scrub(messageOf(fault) || code));
  // The original may hold its connection, and that the password.
  const cause = Object.assign(new Error(text), { code });
  const details = { source, code, ...(position !== undefined && { position: Number(position) }) };
  const hint = HINTS.find(([pattern]) => pattern.test(code))?.[1];
  if (ASKED.test(code)) {
    const at = position === undefined ? '' : ` (character ${position} of the query)`;
    return new InvalidInputError(`${source} failed: ${text}${at}`, { hint: hint ?? '', details, cause });
  }
  if (/client password must be a string/.test(text)) {
    return new DatabaseError(`${source}: the server asks for a password, and none was given`, {
      hint: 'Set PGPASSWORD, or pass `password`.',
      details,
      cause,
    });
  }
  if (hint !== undefined) return new DatabaseError(`${source} was refused: ${text}`, { hint, details, cause });
  if (UNREACHED.has(code) || /timeout expired|timeout exceeded/i.test(text)) {
    return new DatabaseError(`${source}: the server cannot be reached: ${text}`, {
      hint: 'Check host and port, and that the server runs.',
      details,
      cause,
    });
  }
  return new DatabaseError(`${source} failed${rows > 0 ? ` after ${rows} rows` : ''}: ${text}`, {
    hint: 'Nothing of it was kept: read again once the server is well.',
    details: { ...details, rows },
    cause,
  });
}
