/**
 * CSV to `Table`: RFC 4180, gzip, any delimiter, types inferred over the whole file, read in chunks so that only the typed columns are held.
 * Every refusal names the file, the row and the column.
 */
import { InvalidInputError } from '../core/errors.js';
import { type Column, Table } from '../core/table.js';
import { listed, nearest } from '../core/text.js';
import { type ByteSource, type ReadOptions, readBytes, repeatable, sourceName } from './byte-source.js';
import { CsvColumn, type CsvType, MissingTokens } from './csv-column.js';
import { detectDelimiter } from './csv-delimiter.js';
import { type CsvRecord, CsvTokenizer } from './csv-tokenizer.js';

export type { CsvType } from './csv-column.js';

/** How `readCsv` reads: delimiter, types, missing values, columns. */
export interface CsvOptions extends ReadOptions {
  /** One ASCII character, or 'auto' to choose among , ; tab and | by the first lines. Default ','. */
  delimiter?: string;
  /** Whether the first row holds the column names. Default true. */
  header?: boolean;
  /** Column names: instead of the header's, or for a file without one. */
  names?: readonly string[];
  /** Only these columns, in this order. */
  columns?: readonly string[];
  /** Types by column name; columns not named here are inferred. */
  types?: Readonly<Record<string, CsvType>>;
  /** Texts that mean a missing value, blanks around them ignored. Default '', NA, N/A, NaN, nan, null, ?. */
  missing?: readonly string[];
  /** Refuse a file with more data rows than this. */
  maxRows?: number;
}

const DEFAULT_MISSING = ['', 'NA', 'N/A', 'NaN', 'nan', 'null', '?'];

/**
 * Reads a CSV file, text, buffer or stream. Columns are numeric unless a cell is neither a number nor missing, time when all are timestamps
 * (see `parseTimestamp`), else categorical. Throws `InvalidInputError` with `details` { file, row, line, column } for what cannot be
 * read: row counts data rows from 1, line is the line of the file.
 *
 * @example
 * const bars = await readCsv('es.csv.gz', { types: { contract: 'categorical' } });
 * bars.numeric('close');
 */
export async function readCsv(source: ByteSource, options: CsvOptions = {}): Promise<Table> {
  checkOptions(options);
  const input = await repeatable(source);
  const first = await readOnce(input, options, options.types ?? {});
  if (first.reread.length === 0) return first.table();
  // A number-like column that turned out to be text: once more, now knowing so.
  const text = first.reread.map((name) => [name, 'categorical'] as const);
  return (
    await readOnce(input, options, Object.fromEntries([...Object.entries(options.types ?? {}), ...text]))
  ).table();
}

interface Reading {
  readonly reread: string[];
  table(): Table;
}

async function readOnce(
  source: ByteSource,
  options: CsvOptions,
  types: Readonly<Record<string, CsvType>>,
): Promise<Reading> {
  const file = sourceName(source);
  const sink = new CsvSink(file, options, types);
  let tokenizer: CsvTokenizer | undefined;
  for await (const chunk of withoutBom(readBytes(source, options), file)) {
    tokenizer ??= new CsvTokenizer(file, delimiterOf(options, chunk), (record) => sink.record(record));
    tokenizer.push(chunk);
  }
  tokenizer?.end();
  return sink.finish();
}

/** Receives records: the header first, then rows into columns. */
class CsvSink {
  private readonly missing: MissingTokens;
  private names: string[] | undefined;
  /** The chosen columns with their field numbers. */
  private columns: { name: string; field: number; builder: CsvColumn }[] = [];
  private rows = 0;

  constructor(
    private readonly file: string,
    private readonly options: CsvOptions,
    private readonly types: Readonly<Record<string, CsvType>>,
  ) {
    this.missing = new MissingTokens(options.missing ?? DEFAULT_MISSING);
  }

  record(record: CsvRecord): void {
    if (!this.names) {
      this.start(record);
      if (this.options.header !== false) return;
    }
    this.row(record);
  }

  private start(record: CsvRecord): void {
    const inFile = this.options.header === false ? undefined : headerNames(record, this.file);
    const given = this.options.names;
    const names = given ? [...given] : (inFile ?? Array.from({ length: record.count }, (_, j) => `column${j + 1}`));
    if (names.length !== record.count) {
      throw new InvalidInputError(`${this.file}: ${names.length} names were given for ${record.count} columns`, {
        hint: 'Pass one name a column.',
        details: { file: this.file },
      });
    }
    refuseDuplicates(names, this.file);
    this.names = names;
    for (const name of Object.keys(this.types)) this.fieldOf(name, 'types');
    this.columns = (this.options.columns ?? names).map((name) => ({
      name,
      field: this.fieldOf(name, 'columns'),
      builder: new CsvColumn(this.missing, Object.hasOwn(this.types, name) ? this.types[name] : undefined),
    }));
  }

  private fieldOf(name: string, option: string): number {
    const names = this.names ?? [];
    const field = names.indexOf(name);
    if (field >= 0) return field;
    const close = nearest(name, names);
    throw new InvalidInputError(`${this.file}: there is no column '${name}' (option '${option}')`, {
      hint: close ? `Did you mean '${close}'?` : `The columns are: ${listed(names, 20)}.`,
      details: { file: this.file, column: name, nearest: close, columns: names },
    });
  }

  private row(record: CsvRecord): void {
    const row = ++this.rows;
    if (record.count !== this.names?.length) throw this.ragged(record, row);
    if (this.options.maxRows !== undefined && row > this.options.maxRows) {
      throw new InvalidInputError(`${this.file} has more than the ${this.options.maxRows} rows allowed by maxRows`, {
        hint: 'Raise maxRows, or read a smaller file.',
        details: { file: this.file, maxRows: this.options.maxRows },
      });
    }
    for (let c = 0; c < this.columns.length; c++) {
      const column = this.columns[c];
      const result = column.builder.append(record.bytes, record.from(column.field), record.to(column.field));
      if (result !== 'ok') throw this.badCell(record, row, column.name, column.field, result === 'encoding');
    }
  }

  private ragged(record: CsvRecord, row: number): InvalidInputError {
    const names = this.names ?? [];
    const column = record.count < names.length ? names[record.count] : `field ${names.length + 1}`;
    return new InvalidInputError(
      `${this.file}, row ${row} (line ${record.line}): ${record.count} cells for ${names.length} columns, ` +
        (record.count < names.length ? `nothing for '${column}'` : `more than the last column '${names.at(-1)}'`),
      {
        hint:
          names.length === 1
            ? "Is the delimiter right? Pass delimiter: 'auto'."
            : 'Repair the row, or quote cells that contain the delimiter.',
        details: { file: this.file, row, line: record.line, column, cells: record.count, expected: names.length },
      },
    );
  }

  private badCell(record: CsvRecord, row: number, column: string, field: number, encoding: boolean): InvalidInputError {
    const text = record.bytes.toString('utf8', record.from(field), record.to(field)).slice(0, 80);
    const details = { file: this.file, row, line: record.line, column, text };
    const where = `${this.file}, row ${row} (line ${record.line}), column '${column}'`;
    if (encoding)
      return new InvalidInputError(`${where}: the text is not UTF-8`, { hint: 'Save the file as UTF-8.', details });
    const type = this.types[column];
    return new InvalidInputError(`${where}: '${text}' is not ${type === 'time' ? 'a timestamp' : 'a number'}`, {
      hint:
        type === 'time'
          ? 'Timestamps look like 2020-01-31, 2020-01-31 09:30 or 2020-01-31T09:30:00Z; declare numbers as epoch-s or epoch-ms.'
          : 'Repair the cell, list the text under `missing`, or declare the column categorical.',
      details,
    });
  }

  finish(): Reading {
    if (!this.names) {
      throw new InvalidInputError(`${this.file} is empty`, {
        hint: 'It needs a header row and data rows.',
        details: { file: this.file },
      });
    }
    if (this.rows === 0) {
      throw new InvalidInputError(`${this.file} has a header but no rows`, {
        hint: 'Check that the file was written completely; line ends must be LF or CRLF.',
        details: { file: this.file, columns: this.names },
      });
    }
    return {
      reread: this.columns.filter(({ builder }) => builder.mustReread).map(({ name }) => name),
      table: () =>
        Table.fromEntries(this.columns.map(({ name, builder }): [string, Column] => [name, builder.finish()])),
    };
  }
}

function headerNames(record: CsvRecord, file: string): string[] {
  return Array.from({ length: record.count }, (_, j) => {
    const bytes = record.bytes.subarray(record.from(j), record.to(j));
    try {
      const name = new TextDecoder('utf-8', { fatal: true }).decode(bytes).trim();
      // Row indices are commonly written under an empty name.
      return name === '' ? `column${j + 1}` : name;
    } catch {
      throw new InvalidInputError(`${file}: the header is not UTF-8 (field ${j + 1})`, {
        hint: 'Save the file as UTF-8.',
        details: { file, row: 0, line: record.line, column: j + 1 },
      });
    }
  });
}

function refuseDuplicates(names: readonly string[], file: string): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) {
      throw new InvalidInputError(`${file}: the column name '${name}' occurs twice`, {
        hint: 'Rename one in the file, or pass all names as the option `names`.',
        details: { file, row: 0, column: name },
      });
    }
    seen.add(name);
  }
}

function checkOptions(options: CsvOptions): void {
  const { delimiter = ',', maxRows } = options;
  if (
    delimiter !== 'auto' &&
    (delimiter.length !== 1 || delimiter.charCodeAt(0) > 126 || '"\r\n'.includes(delimiter))
  ) {
    throw new InvalidInputError(`delimiter must be one ASCII character or 'auto', got ${JSON.stringify(delimiter)}`, {
      hint: "Use ',', ';', '\\t', '|' or 'auto'.",
    });
  }
  if (maxRows !== undefined && !(Number.isInteger(maxRows) && maxRows > 0)) {
    throw new InvalidInputError(`maxRows must be a positive integer, got ${maxRows}`);
  }
}

const delimiterOf = (options: CsvOptions, chunk: Uint8Array): number =>
  options.delimiter === 'auto' ? detectDelimiter(chunk) : (options.delimiter ?? ',').charCodeAt(0);

/** Drops a UTF-8 byte order mark; UTF-16 ones are refused by name, since every cell would be garbage. */
async function* withoutBom(chunks: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<Uint8Array> {
  let head: Uint8Array | undefined = new Uint8Array(0);
  for await (const chunk of chunks) {
    if (!head) {
      yield chunk;
      continue;
    }
    head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
    if (head.length < 3) continue;
    yield checkedBom(head, file);
    head = undefined;
  }
  if (head && head.length > 0) yield checkedBom(head, file);
}

function checkedBom(bytes: Uint8Array, file: string): Uint8Array {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new InvalidInputError(`${file} is UTF-16, not UTF-8`, { hint: 'Save the file as UTF-8.', details: { file } });
  }
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}
