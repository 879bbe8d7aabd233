/** The rows of a query becoming a `Table`: names checked before the first row, limits with every row, refusals that say where. */
import { InvalidInputError } from '../../core/errors.js';
import { type Column, Table } from '../../core/table.js';
import { Turns } from '../../core/turns.js';
import { NumberCells, TextCells } from './cells.js';
import type { QueryOptions } from './options.js';

/** How a column's values become cells, from what the database's package gives for one that is not NULL. */
export type CellReader<T> =
  | { readonly kind: 'numeric' | 'time'; readonly read: (value: T) => number }
  | { readonly kind: 'categorical'; readonly read: (value: T) => string };

/** A value that has no place in a table; thrown by readers, which do not know where they are. */
export class UnfitValue extends Error {
  constructor(
    message: string,
    readonly hint: string,
  ) {
    super(message);
  }
}

/** @throws UnfitValue - a whole number that a double cannot tell from its neighbours */
export function wholeNumber(value: bigint | string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new UnfitValue(
    `${String(value).slice(0, 60)} is beyond 2^53, where numbers lose their last digits`,
    'Cast it in the query: to double precision if digits may be lost, to text if it is a name.',
  );
}

/** @throws UnfitValue - infinite */
export function finiteTime(value: number): number {
  if (Number.isFinite(value)) return value;
  throw new UnfitValue('an infinite time', "Replace it in the query, such as by NULLIF(column, 'infinity').");
}

interface ResultColumn<T> {
  readonly name: string;
  readonly reader: CellReader<T>;
  /** Takes a value, null where it is missing. */
  readonly push: (value: T | null) => void;
  readonly finish: () => Column;
}

export class QueryResult<T> {
  rows = 0;
  readonly columns: readonly ResultColumn<T>[];

  /** @throws InvalidInputError - no columns, columns without a name, two of one name, and what `readerOf` throws for a type */
  constructor(
    private readonly source: string,
    names: readonly string[],
    readerOf: (column: number) => CellReader<T>,
    private readonly options: QueryOptions,
  ) {
    checkNames(source, names);
    this.columns = names.map((name, i) => columnOf(name, readerOf(i)));
  }

  /** Room for so many more rows. @throws InvalidInputError - there are more than `maxRows` */
  expect(rows: number): void {
    const { maxRows } = this.options;
    if (maxRows === undefined || this.rows + rows <= maxRows) return;
    throw new InvalidInputError(`${this.source} gives more than the ${maxRows} rows allowed by maxRows`, {
      hint: 'Raise maxRows, or narrow the query (WHERE, LIMIT).',
      details: { source: this.source, maxRows },
    });
  }

  /** What a reader threw for `row` of the rows after those that are done. */
  unfit(error: unknown, column: string, row: number): unknown {
    if (!(error instanceof UnfitValue)) return error;
    const number = this.rows + row + 1;
    return new InvalidInputError(`${this.source}, row ${number}, column '${column}': ${error.message}`, {
      hint: error.hint,
      details: { source: this.source, row: number, column },
    });
  }

  /** Told after every batch. */
  done(rows: number): void {
    this.rows += rows;
    this.options.onProgress?.({ phase: 'read', step: this.rows, message: this.source });
  }

  /** @throws InvalidInputError - no rows */
  async table(): Promise<Table> {
    if (this.rows === 0) throw noRows(this.source);
    const turns = new Turns();
    const entries: [string, Column][] = [];
    for (const { name, finish } of this.columns) {
      entries.push([name, finish()]);
      await turns.pause();
    }
    return Table.fromEntries(entries);
  }
}

export const noRows = (source: string): InvalidInputError =>
  new InvalidInputError(`${source} gives no rows`, {
    hint: 'Check the conditions of the query and its parameters.',
    details: { source },
  });

function columnOf<T>(name: string, reader: CellReader<T>): ResultColumn<T> {
  if (reader.kind === 'categorical') {
    const cells = new TextCells();
    const push = (value: T | null) => cells.push(value === null ? null : reader.read(value));
    return { name, reader, push, finish: () => cells.finish() };
  }
  const cells = new NumberCells(reader.kind);
  const push = (value: T | null) => cells.push(value === null ? Number.NaN : reader.read(value));
  return { name, reader, push, finish: () => cells.finish() };
}

function checkNames(source: string, names: readonly string[]): void {
  const hint = 'Name every column in the query: SELECT a.close AS close_a, b.close AS close_b.';
  if (names.length === 0) {
    throw new InvalidInputError(`${source} gives no columns`, { hint: 'A SELECT with at least one column is needed.' });
  }
  const seen = new Set<string>();
  for (const [i, name] of names.entries()) {
    if (name.trim() === '') {
      throw new InvalidInputError(`${source}: column ${i + 1} has no name`, {
        hint,
        details: { source, column: i + 1 },
      });
    }
    if (seen.has(name)) {
      throw new InvalidInputError(`${source}: the column name '${name}' occurs twice`, {
        hint,
        details: { source, column: name },
      });
    }
    seen.add(name);
  }
}

/** @throws InvalidInputError - always: the type has no counterpart */
export function unsupportedType(source: string, column: string, type: string): InvalidInputError {
  return new InvalidInputError(`${source}: column '${column}' is ${type}, which has no counterpart here`, {
    hint: 'Numbers, booleans, text, dates and timestamps are read: cast the column in the query, or leave it out.',
    details: { source, column, type },
  });
}
