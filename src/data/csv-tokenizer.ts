/**
 * RFC 4180 records from chunks of bytes: quotes, doubled quotes and line ends inside quotes, LF or CRLF. Blank lines are skipped.
 * Knows nothing of types; positions are handed on without making strings.
 */
import { InvalidInputError } from '../core/errors.js';

const QUOTE = 34;
const LF = 10;
const CR = 13;
/** A record longer than this is a quote that nobody closed. */
const MAX_RECORD = 1 << 23;

/** Fields of one record; valid only during the call that hands it over. */
export interface CsvRecord {
  /** Number of fields. */
  readonly count: number;
  /** Counts from 1, the header included, blank lines not. */
  readonly number: number;
  /** Line of the file on which the record starts, from 1. */
  readonly line: number;
  /** Where field j lies: `bytes[from(j) .. to(j))`, quotes removed and undoubled. */
  readonly bytes: Buffer;
  from(field: number): number;
  to(field: number): number;
}

export class CsvTokenizer implements CsvRecord {
  bytes: Buffer = Buffer.alloc(0);
  count = 0;
  number = 0;
  line = 1;
  private starts: Int32Array = new Int32Array(64);
  private ends: Int32Array = new Int32Array(64);
  private linesRead = 1;

  constructor(
    private readonly file: string,
    private readonly delimiter: number,
    private readonly onRecord: (record: CsvRecord) => void,
  ) {}

  from(field: number): number {
    return this.starts[field];
  }

  to(field: number): number {
    return this.ends[field];
  }

  /** Takes the next bytes (a copy of them, since quotes are undoubled in place). */
  push(chunk: Uint8Array): void {
    this.bytes = Buffer.concat([this.bytes, chunk]);
    this.bytes = this.bytes.subarray(this.consume(false));
    if (this.bytes.length > MAX_RECORD) throw this.unterminated();
  }

  /** Hands over the last record, which may lack its line end. */
  end(): void {
    this.consume(true);
    this.bytes = Buffer.alloc(0);
  }

  /** Emits all complete records; returns the position after the last one. */
  private consume(final: boolean): number {
    const { bytes, delimiter } = this;
    const end = bytes.length;
    let record = 0;
    while (record < end) {
      let at = record;
      let extraLines = 0;
      this.count = 0;
      let complete = false;
      while (!complete) {
        const start = at;
        let from = start;
        let to: number;
        if (at < end && bytes[at] === QUOTE) {
          const close = this.closingQuote(at + 1);
          if (close < 0) {
            if (final) throw this.unterminated();
            return record;
          }
          from = start + 1;
          to = close;
          at = close + 1;
          for (let i = from; i < close; i++) if (bytes[i] === LF) extraLines++;
          if (at < end && bytes[at] === CR && (at + 1 === end || bytes[at + 1] === LF)) at++;
          if (at >= end) {
            if (!final) return record;
          } else if (bytes[at] !== delimiter && bytes[at] !== LF) throw this.afterQuote();
        } else {
          let byte = 0;
          while (at < end && (byte = bytes[at]) !== delimiter && byte !== LF) at++;
          if (at >= end && !final) return record;
          to = at > start && bytes[at - 1] === CR && bytes[at] !== delimiter ? at - 1 : at;
        }
        this.addField(from, to);
        complete = at >= end || bytes[at] === LF;
        at++;
      }
      this.line = this.linesRead;
      const blank = this.count === 1 && this.starts[0] === record && this.ends[0] === record;
      if (!blank) {
        this.number++;
        this.undouble();
        this.onRecord(this);
      }
      this.linesRead += 1 + extraLines;
      record = at;
    }
    return Math.min(record, end);
  }

  private addField(from: number, to: number): void {
    if (this.count === this.starts.length) {
      this.starts = grown(this.starts);
      this.ends = grown(this.ends);
    }
    this.starts[this.count] = from;
    this.ends[this.count++] = to;
  }

  /** Position of the quote that closes the field opened before `at`, -1 when it has not come yet. */
  private closingQuote(at: number): number {
    const { bytes } = this;
    for (;;) {
      const quote = bytes.indexOf(QUOTE, at);
      if (quote < 0) return -1;
      if (bytes[quote + 1] !== QUOTE) return quote;
      at = quote + 2;
    }
  }

  /** Makes "" in quoted fields one quote, in place: only a complete record is ever changed, and never read again. */
  private undouble(): void {
    const { bytes } = this;
    for (let j = 0; j < this.count; j++) {
      const from = this.starts[j];
      if (from === 0 || bytes[from - 1] !== QUOTE) continue;
      let out = bytes.indexOf(QUOTE, from);
      if (out >= this.ends[j]) continue;
      for (let i = out; i < this.ends[j]; i++) {
        bytes[out++] = bytes[i];
        if (bytes[i] === QUOTE) i++;
      }
      this.ends[j] = out;
    }
  }

  private at(): { file: string; row: number; line: number; column: number } {
    return { file: this.file, row: this.number, line: this.linesRead, column: this.count + 1 };
  }

  private unterminated(): InvalidInputError {
    return new InvalidInputError(`${this.file}, line ${this.linesRead}: a quoted cell is never closed`, {
      hint: 'Close the quote, or double it (") where it is part of the text.',
      details: this.at(),
    });
  }

  private afterQuote(): InvalidInputError {
    return new InvalidInputError(
      `${this.file}, line ${this.linesRead}: text follows the closing quote of field ${this.count + 1}`,
      {
        hint: 'A quote inside a quoted cell must be doubled: "say ""yes""".',
        details: this.at(),
      },
    );
  }
}

function grown(values: Int32Array): Int32Array {
  const out = new Int32Array(values.length * 2);
  out.set(values);
  return out;
}
