/**
 * Values of a column whose length nobody knows before the end: kept in blocks that are never copied while the column grows, so that a table
 * in the making is as large as the table, and one column more while it is put together.
 */
import type { Column } from '../../core/column.js';

const FIRST = 1024;
const LARGEST = 65_536;

class Blocks<T extends Float64Array | Int32Array> {
  private readonly full: T[] = [];
  private block: T;
  private used = 0;

  constructor(private readonly make: (length: number) => T) {
    this.block = make(FIRST);
  }

  push(value: number): void {
    if (this.used === this.block.length) {
      this.full.push(this.block);
      this.block = this.make(Math.min(this.used * 2, LARGEST));
      this.used = 0;
    }
    this.block[this.used++] = value;
  }

  /** All values in one array; there are none left afterwards. */
  joined(): T {
    const out = this.make(this.full.reduce((sum, { length }) => sum + length, this.used));
    let at = 0;
    for (const block of this.full) {
      out.set(block as Float64Array & Int32Array, at);
      at += block.length;
    }
    out.set(this.block.subarray(0, this.used) as Float64Array & Int32Array, at);
    this.full.length = 0;
    this.block = this.make(0);
    return out;
  }
}

/** A numeric or time column. */
export class NumberCells {
  private readonly values = new Blocks((length) => new Float64Array(length));

  constructor(readonly kind: 'numeric' | 'time') {}

  /** NaN is missing. */
  push(value: number): void {
    this.values.push(value);
  }

  finish(): Column {
    return { kind: this.kind, values: this.values.joined() };
  }
}

/** A categorical column, codes in order of first appearance. */
export class TextCells {
  readonly kind = 'categorical';
  private readonly codes = new Blocks((length) => new Int32Array(length));
  private readonly codeOf = new Map<string, number>();

  push(text: string | null): void {
    if (text === null) {
      this.codes.push(-1);
      return;
    }
    let code = this.codeOf.get(text);
    if (code === undefined) this.codeOf.set(text, (code = this.codeOf.size));
    this.codes.push(code);
  }

  finish(): Column {
    return { kind: 'categorical', codes: this.codes.joined(), categories: [...this.codeOf.keys()] };
  }
}
