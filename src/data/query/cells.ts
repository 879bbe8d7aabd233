/**
 * Values of a column whose length nobody knows before the end: kept in blocks that are never copied while the column grows, and given back to
 * the system one by one while the column is put together. A table in the making is as large as the table, and some more of one column.
 */
import type { Column } from '../../core/column.js';

const FIRST = 1024;

type Values = Float64Array | Int32Array;

/** Memory that can be given back at once: what a dropped array takes is free only when the garbage is next collected. */
interface Resizable extends ArrayBuffer {
  resize(bytes: number): void;
}

// Of ES2024, and in every Node that is supported.
const Memory = ArrayBuffer as unknown as new (bytes: number, options: { maxByteLength: number }) => Resizable;

class Blocks<T extends Values> {
  /** Each twice as long as the one before; what is not written yet takes no memory. */
  private readonly blocks: { readonly buffer: Resizable; readonly values: T }[] = [];
  private values: T;
  private used = 0;

  constructor(
    private readonly Type: {
      new (buffer: ArrayBuffer, offset: number, length: number): T;
      new (length: number): T;
      readonly BYTES_PER_ELEMENT: number;
    },
  ) {
    this.values = this.added(FIRST);
  }

  push(value: number): void {
    if (this.used === this.values.length) {
      this.values = this.added(this.used * 2);
      this.used = 0;
    }
    this.values[this.used++] = value;
  }

  /** All values in one array; nothing can be added afterwards. */
  joined(): T {
    const full = this.blocks.slice(0, -1);
    const out = new this.Type(full.reduce((sum, { values }) => sum + values.length, this.used));
    let at = 0;
    for (const { buffer, values } of full) {
      out.set(values, at);
      at += values.length;
      buffer.resize(0);
    }
    out.set(this.values.subarray(0, this.used), at);
    this.blocks.at(-1)?.buffer.resize(0);
    return out;
  }

  private added(length: number): T {
    const bytes = length * this.Type.BYTES_PER_ELEMENT;
    const buffer = new Memory(bytes, { maxByteLength: bytes });
    const values = new this.Type(buffer, 0, length);
    this.blocks.push({ buffer, values });
    return values;
  }
}

/** A numeric or time column. */
export class NumberCells {
  private readonly values = new Blocks<Float64Array>(Float64Array);

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
  private readonly codes = new Blocks<Int32Array>(Int32Array);
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
