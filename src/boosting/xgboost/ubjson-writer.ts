/** Writes the document as UBJSON the way XGBoost does: typed arrays with counts, big-endian, lengths as 64-bit integers. */
import type { DocumentValue, NumberArray } from './document.js';
import { FloatList, isNumberArray } from './document.js';

export function formatUbjson(document: DocumentValue): Uint8Array {
  const writer = new Writer();
  writer.value(document);
  return writer.finish();
}

class Writer {
  private bytes = new Uint8Array(1 << 16);
  private view = new DataView(this.bytes.buffer);
  private at = 0;
  private readonly text = new TextEncoder();

  finish(): Uint8Array {
    return this.bytes.slice(0, this.at);
  }

  value(value: DocumentValue): void {
    if (value === null) this.mark('Z');
    else if (typeof value === 'boolean') this.mark(value ? 'T' : 'F');
    else if (typeof value === 'number') this.number(value);
    else if (typeof value === 'string') {
      this.mark('S');
      this.string(value);
    } else if (isNumberArray(value)) this.numbers(value);
    else if (value instanceof FloatList) {
      this.mark('[#');
      this.length(value.values.length);
      for (const item of value.values) this.float(item);
    } else if (Array.isArray(value)) {
      this.mark('[#');
      this.length(value.length);
      for (const item of value as readonly DocumentValue[]) this.value(item);
    } else {
      this.mark('{');
      for (const [key, item] of Object.entries(value)) {
        this.string(key);
        this.value(item);
      }
      this.mark('}');
    }
  }

  private mark(marks: string): void {
    const at = this.room(marks.length);
    for (let i = 0; i < marks.length; i++) this.bytes[at + i] = marks.charCodeAt(i);
  }

  private string(value: string): void {
    const encoded = this.text.encode(value);
    this.length(encoded.length);
    const at = this.room(encoded.length);
    this.bytes.set(encoded, at);
  }

  private length(value: number): void {
    this.mark('L');
    const at = this.room(8);
    this.view.setBigInt64(at, BigInt(value));
  }

  /** Whole numbers in the smallest type that holds them, others as float32. */
  private number(value: number): void {
    const fits = (bits: number) => value >= -(2 ** (bits - 1)) && value < 2 ** (bits - 1);
    if (!Number.isInteger(value)) this.float(value);
    else if (fits(8)) {
      this.mark('i');
      const at = this.room(1);
      this.view.setInt8(at, value);
    } else if (fits(16)) {
      this.mark('I');
      const at = this.room(2);
      this.view.setInt16(at, value);
    } else if (fits(32)) {
      this.mark('l');
      const at = this.room(4);
      this.view.setInt32(at, value);
    } else this.length(value);
  }

  private float(value: number): void {
    this.mark('d');
    const at = this.room(4);
    this.view.setFloat32(at, value);
  }

  private numbers(values: NumberArray): void {
    this.mark(`[$${markerOf(values)}#`);
    this.length(values.length);
    const width = values.BYTES_PER_ELEMENT;
    const start = this.room(values.length * width);
    const { view } = this;
    for (let i = 0; i < values.length; i++) {
      const at = start + i * width;
      if (values instanceof Float32Array) view.setFloat32(at, values[i]);
      else if (values instanceof Float64Array) view.setFloat64(at, values[i]);
      else if (values instanceof BigInt64Array) view.setBigInt64(at, values[i]);
      else if (values instanceof Int32Array) view.setInt32(at, values[i]);
      else if (values instanceof Int16Array) view.setInt16(at, values[i]);
      else if (values instanceof Int8Array) view.setInt8(at, values[i]);
      else view.setUint8(at, values[i]);
    }
  }

  /** Makes room for `count` bytes; returns where they begin. `view` and `bytes` may be new ones afterwards. */
  private room(count: number): number {
    const at = this.at;
    this.at += count;
    if (this.at > this.bytes.length) {
      const larger = new Uint8Array(Math.max(this.at, this.bytes.length * 2));
      larger.set(this.bytes);
      this.bytes = larger;
      this.view = new DataView(larger.buffer);
    }
    return at;
  }
}

function markerOf(values: NumberArray): string {
  if (values instanceof Float32Array) return 'd';
  if (values instanceof Float64Array) return 'D';
  if (values instanceof BigInt64Array) return 'L';
  if (values instanceof Int32Array) return 'l';
  if (values instanceof Int16Array) return 'I';
  return values instanceof Int8Array ? 'i' : 'U';
}
