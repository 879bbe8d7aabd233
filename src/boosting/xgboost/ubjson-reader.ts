/**
 * Reads the document from UBJSON (https://ubjson.org, draft 12), the binary form of JSON that XGBoost saves by default. Every
 * length is checked against the bytes that are left, so damaged input ends in a `ModelFormatError`, never in a large allocation.
 */
import { damaged } from './damage.js';
import type { DocumentValue, NumberArray } from './document.js';

/** A model nests about ten deep. */
const DEEPEST = 64;

type Marker = 'i' | 'U' | 'I' | 'l' | 'L' | 'd' | 'D';

const WIDTH: Readonly<Record<Marker, number>> = { i: 1, U: 1, I: 2, l: 4, L: 8, d: 4, D: 8 };

const isNumberMarker = (marker: string): marker is Marker => Object.hasOwn(WIDTH, marker);

/** @throws ModelFormatError - bytes that are no UBJSON document, or more than one */
export function parseUbjson(bytes: Uint8Array): DocumentValue {
  const reader = new Reader(bytes);
  const value = reader.value(reader.marker(), 0);
  if (!reader.done) throw damaged('document', 'goes on after its end');
  return value;
}

class Reader {
  private at = 0;
  private readonly view: DataView;
  private readonly text = new TextDecoder('utf-8', { fatal: true });

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.at === this.bytes.length;
  }

  /** The next marker; no-ops are skipped. */
  marker(): string {
    let byte: number;
    do byte = this.bytes[this.take(1)];
    while (byte === 0x4e);
    return String.fromCharCode(byte);
  }

  value(marker: string, depth: number): DocumentValue {
    if (depth > DEEPEST) throw damaged('document', `nests deeper than ${DEEPEST}`);
    if (isNumberMarker(marker)) return this.number(marker);
    switch (marker) {
      case '{':
        return this.object(depth);
      case '[':
        return this.array(depth);
      case 'S':
        return this.string();
      case 'C':
        return String.fromCharCode(this.bytes[this.take(1)]);
      case 'T':
      case 'F':
        return marker === 'T';
      case 'Z':
        return null;
      default:
        throw damaged('document', `byte ${this.at - 1} marks no value`, { offset: this.at - 1 });
    }
  }

  private object(depth: number): DocumentValue {
    const { type, count } = this.header();
    const members: [string, DocumentValue][] = [];
    for (let i = 0; count === undefined || i < count; i++) {
      const marker = this.marker();
      if (count === undefined && marker === '}') break;
      const key = this.textOf(this.length(marker));
      members.push([key, this.value(type ?? this.marker(), depth + 1)]);
    }
    return Object.fromEntries(members);
  }

  private array(depth: number): DocumentValue {
    const { type, count } = this.header();
    if (type !== undefined && count !== undefined && isNumberMarker(type)) return this.numbers(type, count);
    const items: DocumentValue[] = [];
    for (let i = 0; count === undefined || i < count; i++) {
      const marker = type ?? this.marker();
      if (count === undefined && marker === ']') break;
      items.push(this.value(marker, depth + 1));
    }
    return items;
  }

  /** The optional type and count of a container. */
  private header(): { type?: string; count?: number } {
    const start = this.at;
    let type: string | undefined;
    let next = this.marker();
    if (next === '$') {
      type = this.marker();
      next = this.marker();
      if (next !== '#') throw damaged('document', 'a typed list has no count', { offset: start });
      // Such values take no bytes, so that a count could ask for any amount of memory.
      if ('TFZN'.includes(type)) throw damaged('document', 'a list of constants', { offset: start });
    }
    if (next !== '#') {
      this.at = start;
      return {};
    }
    const count = this.length(this.marker());
    if (count > this.bytes.length - this.at) throw damaged('document', 'is cut short', { offset: start });
    return { type, count };
  }

  private string(): string {
    return this.textOf(this.length(this.marker()));
  }

  private textOf(length: number): string {
    const from = this.take(length);
    try {
      return this.text.decode(this.bytes.subarray(from, from + length));
    } catch {
      throw damaged('document', 'holds a text that is no UTF-8', { offset: from });
    }
  }

  private length(marker: string): number {
    if (!isNumberMarker(marker) || marker === 'd' || marker === 'D') {
      throw damaged('document', `no length at byte ${this.at - 1}`, { offset: this.at - 1 });
    }
    const length = this.number(marker);
    if (!(length >= 0)) throw damaged('document', `a length of ${length}`, { offset: this.at });
    return length;
  }

  private number(marker: Marker): number {
    const { view } = this;
    const at = this.take(WIDTH[marker]);
    switch (marker) {
      case 'i':
        return view.getInt8(at);
      case 'U':
        return view.getUint8(at);
      case 'I':
        return view.getInt16(at);
      case 'l':
        return view.getInt32(at);
      case 'L':
        return Number(view.getBigInt64(at));
      case 'd':
        return view.getFloat32(at);
      default:
        return view.getFloat64(at);
    }
  }

  private numbers(type: Marker, count: number): NumberArray {
    const width = WIDTH[type];
    const from = this.take(count * width);
    // Big-endian in the file; typed arrays take the machine's order.
    const { view } = this;
    const each = <A extends NumberArray>(array: A, read: (at: number) => A[number]): A => {
      for (let i = 0; i < count; i++) array[i] = read(from + i * width);
      return array;
    };
    switch (type) {
      case 'i':
        return each(new Int8Array(count), (at) => view.getInt8(at));
      case 'U':
        return this.bytes.slice(from, from + count);
      case 'I':
        return each(new Int16Array(count), (at) => view.getInt16(at));
      case 'l':
        return each(new Int32Array(count), (at) => view.getInt32(at));
      case 'L':
        return each(new BigInt64Array(count), (at) => view.getBigInt64(at));
      case 'd':
        return each(new Float32Array(count), (at) => view.getFloat32(at));
      default:
        return each(new Float64Array(count), (at) => view.getFloat64(at));
    }
  }

  /** Moves past `count` bytes; returns where they begin. */
  private take(count: number): number {
    const from = this.at;
    if (count > this.bytes.length - from) throw damaged('document', 'is cut short', { offset: from });
    this.at = from + count;
    return from;
  }
}
