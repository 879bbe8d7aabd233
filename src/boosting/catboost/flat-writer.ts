/**
 * Writes FlatBuffers (https://flatbuffers.dev/internals/) from the end to the start: what is referred to is written before what
 * refers to it. Positions are distances from the end.
 */

/** A field of a table: its number in the schema and how it is stored. */
export type FlatField =
  | { field: number; as: 'byte' | 'int' | 'float' | 'double'; value: number }
  | { field: number; as: 'reference'; value: number };

const SIZE = { byte: 1, int: 4, float: 4, double: 8, reference: 4 } as const;

export class FlatWriter {
  private bytes = new Uint8Array(1024);
  private view = new DataView(this.bytes.buffer);
  /** Bytes written. */
  private size = 0;
  private widest = 4;

  /** The finished buffer with this root table. */
  finish(root: number): Uint8Array {
    this.align(this.widest, 4);
    this.reference(root);
    return this.bytes.slice(this.bytes.length - this.size);
  }

  /** A vector of items of `itemSize` bytes, given as bytes. */
  vector(items: Uint8Array, itemSize: number): number {
    this.align(4, items.length);
    this.align(itemSize, items.length);
    this.take(items.length);
    this.bytes.set(items, this.bytes.length - this.size);
    return this.put('int', items.length / itemSize);
  }

  ints(values: ArrayLike<number>): number {
    return this.vector(new Uint8Array(Int32Array.from(values).buffer), 4);
  }

  floats(values: ArrayLike<number>): number {
    return this.vector(new Uint8Array(Float32Array.from(values).buffer), 4);
  }

  doubles(values: ArrayLike<number>): number {
    return this.vector(new Uint8Array(Float64Array.from(values).buffer), 8);
  }

  /** A text, with the zero after it that the format asks for. */
  text(text: string): number {
    const encoded = new TextEncoder().encode(text);
    this.align(4, encoded.length + 1);
    this.take(encoded.length + 1);
    this.bytes.set(encoded, this.bytes.length - this.size);
    this.bytes[this.bytes.length - this.size + encoded.length] = 0;
    return this.put('int', encoded.length);
  }

  references(targets: readonly number[]): number {
    this.align(4, 4 * targets.length);
    for (let i = targets.length - 1; i >= 0; i--) this.reference(targets[i]);
    return this.put('int', targets.length);
  }

  /** A table of these fields. */
  table(fields: readonly FlatField[]): number {
    const start = this.size;
    const places = new Map<number, number>();
    for (const { field, as, value } of fields) {
      this.align(SIZE[as], 0);
      if (as === 'reference') this.reference(value);
      else this.put(as, value);
      places.set(field, this.size);
    }
    this.align(4, 0);
    const table = this.put('int', 0);
    const slots = fields.reduce((most, { field }) => Math.max(most, field + 1), 0);
    for (let field = slots - 1; field >= 0; field--) this.putShort(table - (places.get(field) ?? table));
    this.putShort(table - start);
    this.putShort(4 + 2 * slots);
    this.view.setInt32(this.bytes.length - table, this.size - table, true);
    return table;
  }

  private reference(target: number): void {
    this.align(4, 0);
    this.put('int', this.size + 4 - target);
  }

  private put(as: 'byte' | 'int' | 'float' | 'double', value: number): number {
    this.take(SIZE[as]);
    const at = this.bytes.length - this.size;
    if (as === 'byte') this.view.setUint8(at, value);
    else if (as === 'int') this.view.setInt32(at, value, true);
    else if (as === 'float') this.view.setFloat32(at, value, true);
    else this.view.setFloat64(at, value, true);
    return this.size;
  }

  private putShort(value: number): void {
    this.take(2);
    this.view.setUint16(this.bytes.length - this.size, value, true);
  }

  /** Zeros, so that what is aligned to `to` after the next `following` bytes lies right. */
  private align(to: number, following: number): void {
    this.widest = Math.max(this.widest, to);
    const rest = (this.size + following) % to;
    if (rest > 0) this.take(to - rest);
  }

  private take(count: number): void {
    this.size += count;
    if (this.size > this.bytes.length) {
      const wider = new Uint8Array(2 ** Math.ceil(Math.log2(this.size)));
      wider.set(this.bytes, wider.length - this.bytes.length);
      this.bytes = wider;
      this.view = new DataView(wider.buffer);
    }
    this.bytes.fill(0, this.bytes.length - this.size, this.bytes.length - this.size + count);
  }
}
