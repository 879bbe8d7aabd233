/**
 * CityHash64, version 1.0 (Pike and Alakuijala, Google, 2011), of UTF-8 text: what CatBoost knows a category by.
 * Later versions of CityHash give other numbers. On bigints: it runs once a distinct category, not once a row.
 */

const K0 = 0xc3a5c85c97cb3127n;
const K1 = 0xb492b66fbe98f273n;
const K2 = 0x9ae16a3b2f90404fn;
const K3 = 0xc949d7c7509e6557n;
const MURMUR = 0x9ddfea08eb382d69n;

const wrap = (value: bigint) => BigInt.asUintN(64, value);
const mixHigh = (value: bigint) => value ^ (value >> 47n);
const rotate = (value: bigint, by: number) => wrap((value >> BigInt(by)) | (value << BigInt(64 - by)));

/** Two words to one (the last step of Murmur). */
function mix(u: bigint, v: bigint): bigint {
  const a = mixHigh(wrap((u ^ v) * MURMUR));
  return wrap(mixHigh(wrap((v ^ a) * MURMUR)) * MURMUR);
}

/** The bytes of one text; offsets below 0 count from its end. */
class Words {
  readonly length: number;
  private readonly view: DataView;

  constructor(bytes: Uint8Array) {
    this.length = bytes.length;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  word(at: number): bigint {
    return this.view.getBigUint64(at < 0 ? this.length + at : at, true);
  }

  half(at: number): bigint {
    return BigInt(this.view.getUint32(at < 0 ? this.length + at : at, true));
  }

  byte(at: number): bigint {
    return BigInt(this.view.getUint8(at));
  }

  /** A weak hash of the 32 bytes from `at`, seeded by a and b. */
  weak(at: number, a: bigint, b: bigint): [bigint, bigint] {
    const from = at < 0 ? this.length + at : at;
    const last = this.word(from + 24);
    const first = wrap(a + this.word(from));
    const sum = wrap(first + this.word(from + 8) + this.word(from + 16));
    return [wrap(sum + last), wrap(rotate(wrap(b + first + last), 21) + rotate(sum, 44) + first)];
  }
}

/** The 64-bit hash of a text's UTF-8 bytes. */
export function cityHash64(text: string): bigint {
  const s = new Words(new TextEncoder().encode(text));
  if (s.length <= 16) return upTo16(s);
  if (s.length <= 32) return upTo32(s);
  return s.length <= 64 ? upTo64(s) : longer(s);
}

function upTo16(s: Words): bigint {
  const n = BigInt(s.length);
  if (s.length > 8) {
    const b = s.word(-8);
    return mix(s.word(0), rotate(wrap(b + n), s.length)) ^ b;
  }
  if (s.length >= 4) return mix(n + (s.half(0) << 3n), s.half(-4));
  if (s.length === 0) return K2;
  const y = s.byte(0) + (s.byte(s.length >> 1) << 8n);
  const z = n + (s.byte(s.length - 1) << 2n);
  return wrap(mixHigh(wrap(y * K2) ^ wrap(z * K3)) * K2);
}

function upTo32(s: Words): bigint {
  const a = wrap(s.word(0) * K1);
  const b = s.word(8);
  const c = wrap(s.word(-8) * K2);
  const d = wrap(s.word(-16) * K0);
  return mix(wrap(rotate(wrap(a - b), 43) + rotate(c, 30) + d), wrap(a + rotate(b ^ K3, 20) - c + BigInt(s.length)));
}

function upTo64(s: Words): bigint {
  const [v1, v2] = half(wrap(s.word(0) + (BigInt(s.length) + s.word(-16)) * K0), s.word(8), s.word(16), s.word(24));
  const [w1, w2] = half(wrap(s.word(16) + s.word(-32)), s.word(-24), s.word(-16), s.word(-8));
  const r = mixHigh(wrap((v1 + w2) * K2 + (w1 + v2) * K0));
  return wrap(mixHigh(wrap(r * K0 + v2)) * K2);
}

function half(start: bigint, second: bigint, third: bigint, last: bigint): [bigint, bigint] {
  const b = rotate(wrap(start + last), 52);
  const more = wrap(start + second);
  const all = wrap(more + third);
  return [wrap(all + last), wrap(b + rotate(all, 31) + rotate(start, 37) + rotate(more, 7))];
}

function longer(s: Words): bigint {
  const n = BigInt(s.length);
  let x = s.word(0);
  let y = s.word(-16) ^ K1;
  let z = s.word(-56) ^ K0;
  let v = s.weak(-64, n, y);
  let w = s.weak(-32, wrap(n * K1), K0);
  z = wrap(z + mixHigh(v[1]) * K1);
  x = wrap(rotate(wrap(z + x), 39) * K1);
  y = wrap(rotate(y, 33) * K1);
  const end = (s.length - 1) & ~63;
  for (let at = 0; at < end; at += 64) {
    x = wrap(rotate(wrap(x + y + v[0] + s.word(at + 16)), 37) * K1) ^ w[1];
    y = wrap(rotate(wrap(y + v[1] + s.word(at + 48)), 42) * K1) ^ v[0];
    z = rotate(z ^ w[0], 33);
    v = s.weak(at, wrap(v[1] * K1), wrap(x + w[0]));
    w = s.weak(at + 32, wrap(z + w[1]), y);
    [x, z] = [z, x];
  }
  return mix(wrap(mix(v[0], w[0]) + mixHigh(y) * K1 + z), wrap(mix(v[1], w[1]) + x));
}
