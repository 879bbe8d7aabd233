/**
 * Reads FlatBuffers (https://flatbuffers.dev/internals/): tables whose fields lie where their vtables say. Every offset and length
 * is checked, and vectors are read at most once over in total, so that a small file cannot ask for a large memory.
 */
import { damaged } from './format.js';

type Decode<T> = (at: number) => T;

/** One buffer; positions are bytes from its start. */
export class FlatBuffer {
  private readonly view: DataView;
  private readonly bytes: Uint8Array;
  private readonly part: string;
  /** Bytes that vectors may still hold. */
  private budget: number;

  constructor(bytes: Uint8Array, part: string) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.part = part;
    this.budget = 2 * bytes.length;
  }

  root(): FlatTable {
    return new FlatTable(this, this.follow(0));
  }

  follow(at: number): number {
    return this.within(at + this.uint32(at), 4);
  }

  uint8(at: number): number {
    return this.view.getUint8(this.within(at, 1));
  }

  uint16(at: number): number {
    return this.view.getUint16(this.within(at, 2), true);
  }

  uint32(at: number): number {
    return this.view.getUint32(this.within(at, 4), true);
  }

  int32(at: number): number {
    return this.view.getInt32(this.within(at, 4), true);
  }

  float32(at: number): number {
    return this.view.getFloat32(this.within(at, 4), true);
  }

  float64(at: number): number {
    return this.view.getFloat64(this.within(at, 8), true);
  }

  /** Items of `size` bytes of the vector at a position. */
  vector<T>(at: number, size: number, decode: Decode<T>): T[] {
    const length = this.lengthAt(at, size);
    return Array.from({ length }, (_, i) => decode(at + 4 + i * size));
  }

  vectorBytes(at: number): Uint8Array {
    const length = this.lengthAt(at, 1);
    return this.bytes.subarray(at + 4, at + 4 + length);
  }

  private lengthAt(at: number, size: number): number {
    const length = this.uint32(at);
    this.within(at + 4, length * size);
    this.budget -= length * size;
    if (this.budget < 0) throw damaged(this.part, 'the same bytes are used over and over');
    return length;
  }

  private within(at: number, size: number): number {
    if (at < 0 || at + size > this.bytes.length) throw damaged(this.part, 'is cut short, or an offset leads outside');
    return at;
  }
}

/** A table; fields count from 0 in the order of the schema, and absent ones have defaults. */
export class FlatTable {
  private readonly buffer: FlatBuffer;
  private readonly at: number;
  private readonly vtable: number;

  constructor(buffer: FlatBuffer, at: number) {
    this.buffer = buffer;
    this.at = at;
    this.vtable = at - buffer.int32(at);
  }

  int(field: number, fallback = 0): number {
    const at = this.place(field);
    return at === undefined ? fallback : this.buffer.int32(at);
  }

  byte(field: number, fallback = 0): number {
    const at = this.place(field);
    return at === undefined ? fallback : this.buffer.uint8(at);
  }

  float(field: number, fallback = 0): number {
    const at = this.place(field);
    return at === undefined ? fallback : this.buffer.float32(at);
  }

  double(field: number, fallback = 0): number {
    const at = this.place(field);
    return at === undefined ? fallback : this.buffer.float64(at);
  }

  text(field: number): string | undefined {
    const at = this.target(field);
    return at === undefined ? undefined : new TextDecoder().decode(this.buffer.vectorBytes(at));
  }

  bytes(field: number): Uint8Array {
    const at = this.target(field);
    return at === undefined ? new Uint8Array(0) : this.buffer.vectorBytes(at);
  }

  ints(field: number): number[] {
    return this.vector(field, 4, (at) => this.buffer.int32(at));
  }

  floats(field: number): number[] {
    return this.vector(field, 4, (at) => this.buffer.float32(at));
  }

  doubles(field: number): number[] {
    return this.vector(field, 8, (at) => this.buffer.float64(at));
  }

  /** Pairs of two 16-bit numbers. */
  shortPairs(field: number): [number, number][] {
    return this.vector(field, 4, (at) => [this.buffer.uint16(at), this.buffer.uint16(at + 2)]);
  }

  /** Pairs of an int32 and a float32. */
  intFloatPairs(field: number): [number, number][] {
    return this.vector(field, 8, (at) => [this.buffer.int32(at), this.buffer.float32(at + 4)]);
  }

  intPairs(field: number): [number, number][] {
    return this.vector(field, 8, (at) => [this.buffer.int32(at), this.buffer.int32(at + 4)]);
  }

  table(field: number): FlatTable | undefined {
    const at = this.target(field);
    return at === undefined ? undefined : new FlatTable(this.buffer, at);
  }

  tables(field: number): FlatTable[] {
    return this.vector(field, 4, (at) => new FlatTable(this.buffer, this.buffer.follow(at)));
  }

  texts(field: number): string[] {
    return this.vector(field, 4, (at) => new TextDecoder().decode(this.buffer.vectorBytes(this.buffer.follow(at))));
  }

  private vector<T>(field: number, size: number, decode: Decode<T>): T[] {
    const at = this.target(field);
    return at === undefined ? [] : this.buffer.vector(at, size, decode);
  }

  private target(field: number): number | undefined {
    const at = this.place(field);
    return at === undefined ? undefined : this.buffer.follow(at);
  }

  /** Where a field lies; undefined when it is absent. */
  private place(field: number): number | undefined {
    const entry = 4 + 2 * field;
    if (entry + 2 > this.buffer.uint16(this.vtable)) return undefined;
    const offset = this.buffer.uint16(this.vtable + entry);
    return offset === 0 ? undefined : this.at + offset;
  }
}
