/** Rows of a PostgreSQL query as they arrive, into the columns of a result. */
import type pg from 'pg';
import type { QueryOptions } from './options.js';
import { readerOf } from './postgres-cells.js';
import { QueryResult } from './result.js';

/** Rows that the server gives before it waits to be asked for more. */
export const BATCH = 10_000;

type Field = Pick<pg.FieldDef, 'name' | 'dataTypeID' | 'dataTypeModifier'>;

/** A column's type has no counterpart; its name only the server knows. */
export class UnknownType extends Error {
  constructor(readonly field: Field) {
    super(`type ${field.dataTypeID}`);
  }
}

export class PostgresRows {
  private result: QueryResult<string> | undefined;
  /** Rows that the result does not count yet. */
  private pending = 0;

  constructor(
    private readonly source: string,
    private readonly texts: ReadonlySet<number>,
    private readonly options: QueryOptions,
  ) {}

  get count(): number {
    return (this.result?.rows ?? 0) + this.pending;
  }

  /** @throws InvalidInputError, UnknownType - as `QueryResult` does, of columns and of cells */
  row(cells: readonly (string | null)[], fields: readonly Field[]): void {
    const result = this.begun(fields);
    result.expect(this.pending + 1);
    let c = 0;
    try {
      for (; c < cells.length; c++) result.columns[c].push(cells[c]);
    } catch (error) {
      throw result.unfit(error, result.columns[c].name, this.pending);
    }
    if (++this.pending === BATCH) this.flush(result);
  }

  end(fields: readonly Field[]): QueryResult<string> {
    const result = this.begun(fields);
    if (this.pending > 0) this.flush(result);
    return result;
  }

  private begun(fields: readonly Field[]): QueryResult<string> {
    this.result ??= new QueryResult<string>(
      this.source,
      fields.map(({ name }) => name),
      (column) => {
        const reader = readerOf(fields[column].dataTypeID, this.texts);
        if (reader) return reader;
        throw new UnknownType(fields[column]);
      },
      this.options,
    );
    return this.result;
  }

  private flush(result: QueryResult<string>): void {
    const rows = this.pending;
    this.pending = 0;
    result.done(rows);
  }
}

const asText = (text: string): string => text;

/** Runs one statement; its rows go to `into` while they arrive. A fault leaves the connection as it is: not to be used again. */
export function streamRows(
  { Query }: typeof pg,
  client: pg.Client,
  { text, values }: { readonly text: string; readonly values: readonly (string | null)[] },
  into: PostgresRows,
): Promise<QueryResult<string>> {
  // With `rows` the statement is prepared, which takes one statement only, and its rows come in batches.
  const config = { text, values: [...values], rowMode: 'array', rows: BATCH, types: { getTypeParser: () => asText } };
  return new Promise((resolve, reject) => {
    const query = client.query(new Query<(string | null)[]>(config));
    let failed = false;
    // What is thrown in a listener of the socket would end the process.
    const guarded = (work: () => void): void => {
      if (failed) return;
      try {
        work();
      } catch (error) {
        failed = true;
        reject(error);
      }
    };
    query.on('row', (row, result) => guarded(() => into.row(row, result?.fields ?? [])));
    query.on('end', (result) => guarded(() => resolve(into.end(result.fields))));
    query.on('error', reject);
  });
}
