/** The typed error of what DuckDB threw: its messages start with the kind of fault. */
import { DatabaseError, HoldfastError, InvalidInputError, LockedError } from '../../core/errors.js';
import { messageOf } from '../../core/text.js';
import { withoutSecrets } from './secrets.js';

/** [start of the message, hint]: faults of what was asked for, as opposed to faults of the machine. */
const ASKED: readonly (readonly [RegExp, string])[] = [
  [/^(Parser|Syntax) Error/, "Write one SELECT in DuckDB's SQL."],
  [/^(Catalog|Binder) Error/, 'Check the names of tables, columns and functions in the query.'],
  [/^(IO|Invalid Input) Error/, 'Check the files that the query names; relative paths start at `directory`.'],
  [
    /^(Conversion|Out of Range|Mismatch Type|Invalid type|Invalid Type) Error/,
    'TRY_CAST gives NULL for what cannot be cast.',
  ],
  [/^Permission Error/, 'Sources are only read.'],
  [
    /^(HTTP|Extension Autoloading|Missing Extension) Error/,
    'No extension is downloaded while reading: install it once with DuckDB (INSTALL httpfs), or copy the files here.',
  ],
  [/^(Parameter Not Resolved|Parameter Not Allowed|Not implemented|Divide by Zero) Error/i, 'Change the query.'],
];

/** Errors of extracting and preparing come with the words of the package before those of DuckDB. */
const said = (error: unknown): string =>
  withoutSecrets(messageOf(error).replace(/^(Failed to extract statements|Failed to prepare): /i, '')).trimEnd();

const causeOf = (text: string): Error => new Error(text);

/** Of a query, while it is prepared or runs. */
export function queryFault(error: unknown, source: string): unknown {
  if (error instanceof HoldfastError || error instanceof RangeError || error instanceof TypeError) return error;
  const text = said(error);
  if (text === 'Error in native callback') {
    return new InvalidInputError(`${source} is empty: it has no statement`, { hint: 'Pass one SELECT.' });
  }
  const asked = ASKED.find(([start]) => start.test(text));
  if (asked) {
    return new InvalidInputError(`${source} failed: ${text}`, {
      hint: asked[1],
      details: { source },
      cause: causeOf(text),
    });
  }
  return new DatabaseError(`${source} failed: ${text}`, {
    hint: /^Out of Memory Error/.test(text) ? 'Raise `memoryLimit`, or narrow the query.' : '',
    details: { source },
    cause: causeOf(text),
  });
}

/** Of opening a database file. */
export function openFault(error: unknown, database: string): HoldfastError {
  const text = said(error);
  const cause = causeOf(text);
  const details = { file: database };
  if (/could not set lock/i.test(text)) {
    const pid = /PID (\d+)/.exec(text)?.[1];
    return new LockedError(`${database} is open for writing in another process${pid ? ` (${pid})` : ''}`, {
      hint: 'Close it there, or read a copy of the file.',
      details: { ...details, ...(pid && { pid: Number(pid) }) },
      cause,
    });
  }
  if (/different configuration/i.test(text)) {
    return new LockedError(`${database} is open in this process with other settings`, {
      hint: 'Close it there before it is read from here.',
      details,
      cause,
    });
  }
  if (/not a valid DuckDB database|in-memory database in read-only mode/i.test(text)) {
    return new InvalidInputError(`${database} is not a DuckDB database`, {
      hint: `Read other files by naming them in the query: SELECT * FROM '${database}'.`,
      details,
      cause,
    });
  }
  return new InvalidInputError(`${database} cannot be opened: ${text}`, {
    hint: 'A file of a newer DuckDB needs a newer package: npm install @duckdb/node-api@latest',
    details,
    cause,
  });
}
