/**
 * Writes the protocol-buffer wire format (https://protobuf.dev/programming-guides/encoding), the part that ONNX files use.
 * Repeated numbers are written one by one with their tags, as proto2 has them: every reader takes that.
 */

const VARINT = 0;
const FIXED32 = 5;
const BYTES = 2;

const text = new TextEncoder();

/** One message under construction. Fields appear in the order of the calls. */
export class ProtoWriter {
  private buffer = new Uint8Array(256);
  private view = new DataView(this.buffer.buffer);
  private length = 0;
  /** Writes this message's nested ones, one after the other. */
  private inner: ProtoWriter | undefined;

  /** int64 field; a `value` that is a number is a safe integer. */
  int(field: number, value: number | bigint): void {
    this.tag(field, VARINT);
    this.varint(value);
  }

  ints(field: number, values: ArrayLike<number> | BigInt64Array): void {
    for (let i = 0; i < values.length; i++) this.int(field, values[i]);
  }

  float(field: number, value: number): void {
    this.tag(field, FIXED32);
    this.reserve(4);
    this.view.setFloat32(this.length, value, true);
    this.length += 4;
  }

  floats(field: number, values: ArrayLike<number>): void {
    for (let i = 0; i < values.length; i++) this.float(field, values[i]);
  }

  string(field: number, value: string): void {
    const { length } = value;
    for (let i = 0; i < length; i++) {
      if (value.charCodeAt(i) > 127) {
        this.bytes(field, text.encode(value));
        return;
      }
    }
    // Names are short and ASCII: a loop is faster than an encoder and its array.
    this.tag(field, BYTES);
    this.varint(length);
    this.reserve(length);
    for (let i = 0; i < length; i++) this.buffer[this.length + i] = value.charCodeAt(i);
    this.length += length;
  }

  strings(field: number, values: readonly string[]): void {
    for (const value of values) this.string(field, value);
  }

  bytes(field: number, value: Uint8Array): void {
    this.tag(field, BYTES);
    this.varint(value.length);
    this.reserve(value.length);
    this.buffer.set(value, this.length);
    this.length += value.length;
  }

  /** A nested message that `fill` writes, with the writer that it is given and no other. */
  message(field: number, fill: (writer: ProtoWriter) => void): void {
    this.inner ??= new ProtoWriter();
    const { inner } = this;
    inner.length = 0;
    fill(inner);
    this.bytes(field, inner.finish());
  }

  /** The bytes so far; a view that further writing may change. */
  finish(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  private tag(field: number, wireType: number): void {
    this.varint(field * 8 + wireType);
  }

  /** Seven bits a byte, low ones first; a negative number is its 64-bit two's complement, ten bytes. */
  private varint(value: number | bigint): void {
    this.reserve(10);
    if (typeof value === 'bigint' || value < 0) {
      let rest = BigInt.asUintN(64, BigInt(value));
      for (; rest > 127n; rest >>= 7n) this.buffer[this.length++] = Number(rest & 127n) | 128;
      this.buffer[this.length++] = Number(rest);
      return;
    }
    let rest = value;
    for (; rest > 127; rest = Math.floor(rest / 128)) this.buffer[this.length++] = (rest % 128) | 128;
    this.buffer[this.length++] = rest;
  }

  private reserve(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return;
    const larger = new Uint8Array(Math.max(this.length + bytes, this.buffer.length * 2));
    larger.set(this.buffer);
    this.buffer = larger;
    this.view = new DataView(larger.buffer);
  }
}
