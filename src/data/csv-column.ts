/**
 * One column of a CSV file as it is read: bytes in, typed values out. A column without a declared type is numeric or time while every
 * cell fits, categorical otherwise; a cell that does not fit after others did asks for a second reading (their text is gone).
 */
import type { Column } from '../core/table.js';
import { type EpochUnit, epochToMs, parseTimestampBytes } from '../core/time.js';
import { parseNumber } from './csv-number.js';
import { TextDictionary } from './text-dictionary.js';

/** Types a caller may declare; `epoch-*` are numbers counted from 1970-01-01 UTC. */
export type CsvType = 'numeric' | 'categorical' | 'time' | `epoch-${EpochUnit}`;

/** What `append` says of a cell: taken, does not fit the declared type, is not UTF-8. */
export type CellResult = 'ok' | 'unfit' | 'encoding';

/** Text that stands for a missing value, found by bytes. */
export class MissingTokens {
  private readonly tokens = new Set<string>();
  /** By length: 256 flags for the first byte; what cannot be a token is known without making a string. */
  private readonly first: (Uint8Array | undefined)[] = [];
  private readonly empty: boolean;

  constructor(tokens: readonly string[]) {
    this.empty = tokens.includes('');
    for (const token of tokens) {
      const bytes = Buffer.from(token);
      this.tokens.add(bytes.toString('latin1'));
      if (bytes.length > 0) (this.first[bytes.length] ??= new Uint8Array(256))[bytes[0]] = 1;
    }
  }

  has(bytes: Buffer, from: number, to: number): boolean {
    if (to === from) return this.empty;
    return this.first[to - from]?.[bytes[from]] === 1 && this.tokens.has(bytes.toString('latin1', from, to));
  }
}

const isBlank = (byte: number) => byte === 32 || byte === 9;

export class CsvColumn {
  private kind: 'numeric' | 'categorical' | 'time' | undefined;
  private readonly declared: boolean;
  private readonly epoch: EpochUnit | undefined;
  private values = new Float64Array(1024);
  private codes = new Int32Array(0);
  private readonly dictionary = new TextDictionary();
  private rows = 0;
  /** The column turned out to be text after other cells had been taken as numbers or times: read again with this type. */
  mustReread = false;

  constructor(
    private readonly missing: MissingTokens,
    type?: CsvType,
  ) {
    this.declared = type !== undefined;
    this.epoch = type?.startsWith('epoch-') ? (type.slice(6) as EpochUnit) : undefined;
    if (type !== undefined) this.become(this.epoch ? 'time' : (type as 'numeric' | 'categorical' | 'time'));
  }

  append(bytes: Buffer, from: number, to: number): CellResult {
    let start = from;
    let end = to;
    while (start < end && isBlank(bytes[start])) start++;
    while (end > start && isBlank(bytes[end - 1])) end--;
    if (this.missing.has(bytes, start, end)) return this.push(Number.NaN, -1);
    switch (this.kind) {
      case 'numeric': {
        const value = parseNumber(bytes, start, end);
        return value === undefined ? this.unfit() : this.push(value, 0);
      }
      case 'time': {
        const value = this.time(bytes, start, end);
        return Number.isNaN(value) ? this.unfit() : this.push(value, 0);
      }
      case 'categorical':
        // Blanks belong to the text (RFC 4180).
        return this.category(bytes, from, to);
      default:
        return this.first(bytes, from, to, start, end);
    }
  }

  /** The first cell that is not missing decides what is tried on the others. */
  private first(bytes: Buffer, from: number, to: number, start: number, end: number): CellResult {
    const number = parseNumber(bytes, start, end);
    if (number !== undefined) {
      this.become('numeric');
      return this.push(number, 0);
    }
    const time = parseTimestampBytes(bytes, start, end);
    if (!Number.isNaN(time)) {
      this.become('time');
      return this.push(time, 0);
    }
    this.become('categorical');
    return this.category(bytes, from, to);
  }

  private become(kind: 'numeric' | 'categorical' | 'time'): void {
    this.kind = kind;
    if (kind !== 'categorical') return;
    this.codes = new Int32Array(this.values.length).fill(-1, 0, this.rows);
    this.values = new Float64Array(0);
  }

  private time(bytes: Buffer, start: number, end: number): number {
    if (!this.epoch) return parseTimestampBytes(bytes, start, end);
    const value = parseNumber(bytes, start, end);
    return value === undefined || !Number.isFinite(value) ? Number.NaN : epochToMs(value, this.epoch);
  }

  private category(bytes: Buffer, from: number, to: number): CellResult {
    const code = this.dictionary.codeOf(bytes, from, to);
    if (code < 0) return 'encoding';
    return this.push(Number.NaN, code);
  }

  private unfit(): CellResult {
    if (this.declared) return 'unfit';
    this.mustReread = true;
    return this.push(Number.NaN, -1);
  }

  private push(value: number, code: number): CellResult {
    const row = this.rows++;
    if (this.kind === 'categorical') {
      if (row === this.codes.length) this.codes = doubled(this.codes, new Int32Array(row * 2));
      this.codes[row] = code;
    } else {
      if (row === this.values.length) this.values = doubled(this.values, new Float64Array(row * 2));
      this.values[row] = value;
    }
    return 'ok';
  }

  /** The column; a column of missing cells only is numeric. The builder is empty afterwards. */
  finish(): Column {
    const kind = this.kind ?? 'numeric';
    if (kind === 'categorical') {
      return { kind, codes: this.codes.slice(0, this.rows), categories: this.dictionary.texts };
    }
    const values = this.values.slice(0, this.rows);
    this.values = new Float64Array(0);
    return { kind, values };
  }
}

function doubled<T extends Int32Array | Float64Array>(values: T, into: T): T {
  into.set(values as Int32Array & Float64Array);
  return into;
}
