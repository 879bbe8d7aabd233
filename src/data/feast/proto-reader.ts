/**
 * Reads the protocol-buffer wire format (https://protobuf.dev/programming-guides/encoding): the fields of one message by number. What is
 * not asked for is passed over, so that a newer writer's fields do no harm.
 */
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** One message. Errors are plain: whoever reads a file says which. */
export class ProtoMessage {
  private readonly fields = new Map<number, (number | Uint8Array)[]>();

  constructor(private readonly bytes: Uint8Array) {
    for (let at = 0; at < bytes.length; ) at = this.readField(at);
  }

  /** Nested messages of a repeated field. */
  messages(field: number): ProtoMessage[] {
    return this.chunks(field).map((chunk) => new ProtoMessage(chunk));
  }

  /** The message; an empty one where it is not there, as its fields have their defaults then. */
  message(field: number): ProtoMessage {
    return this.messages(field).at(-1) ?? new ProtoMessage(new Uint8Array());
  }

  has(field: number): boolean {
    return this.fields.has(field);
  }

  strings(field: number): string[] {
    return this.chunks(field).map((chunk) => utf8.decode(chunk));
  }

  /** '' where it is not there. */
  string(field: number): string {
    return this.strings(field).at(-1) ?? '';
  }

  /** int32, int64, bool and enum; 0 where it is not there. Beyond 2^53 rounded. */
  int(field: number): number {
    const value = this.fields.get(field)?.at(-1) ?? 0;
    if (typeof value !== 'number') throw new Error(`field ${field} is no number`);
    return value;
  }

  /** map<string, string>. */
  stringMap(field: number): Map<string, string> {
    return new Map(this.messages(field).map((entry) => [entry.string(1), entry.string(2)]));
  }

  private chunks(field: number): Uint8Array[] {
    return (this.fields.get(field) ?? []).map((value) => {
      if (typeof value === 'number') throw new Error(`field ${field} is a number`);
      return value;
    });
  }

  /** Keeps the field at `at`, returns where the next one starts. */
  private readField(at: number): number {
    const [tag, body] = this.varint(at);
    const [field, wire] = [Math.floor(tag / 8), tag % 8];
    if (field < 1) throw new Error(`there is no field ${field}`);
    if (wire === VARINT) {
      const [value, next] = this.varint(body);
      this.keep(field, value);
      return next;
    }
    const [start, length] = wire === BYTES ? this.lengthAt(body) : [body, fixedSize(wire)];
    if (start + length > this.bytes.length) throw new Error('a field goes past the end');
    if (wire === BYTES) this.keep(field, this.bytes.subarray(start, start + length));
    return start + length;
  }

  private lengthAt(at: number): [start: number, length: number] {
    const [length, start] = this.varint(at);
    if (length < 0) throw new Error('a field has a negative length');
    return [start, length];
  }

  private keep(field: number, value: number | Uint8Array): void {
    const values = this.fields.get(field);
    if (values) values.push(value);
    else this.fields.set(field, [value]);
  }

  /** Seven bits a byte, low ones first, at most ten; as a signed 64-bit integer. */
  private varint(at: number): [value: number, next: number] {
    let value = 0n;
    for (let i = 0; i < 10; i++) {
      const byte = this.bytes[at + i];
      if (byte === undefined) throw new Error('a number goes past the end');
      value |= BigInt(byte & 127) << BigInt(7 * i);
      if (byte < 128) return [Number(BigInt.asIntN(64, value)), at + i + 1];
    }
    throw new Error('a number has more than 64 bits');
  }
}

function fixedSize(wire: number): number {
  if (wire === FIXED64) return 8;
  if (wire === FIXED32) return 4;
  throw new Error(`there is no wire type ${wire}`);
}
