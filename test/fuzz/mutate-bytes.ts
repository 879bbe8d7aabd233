/** Bytes changed as damage and malice do: flipped, cut, dropped, doubled, spliced, sizes replaced by huge and negative ones. */
import type { Edit } from './case.js';

const SIZES: readonly number[] = [
  0,
  1,
  2,
  127,
  128,
  255,
  256,
  32_767,
  65_535,
  65_536,
  1e6,
  1e9,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
];

const joined = (...parts: readonly Uint8Array[]): Buffer => Buffer.concat(parts);

export function mutateBytes(seed: Uint8Array, edits: readonly Edit[]): Uint8Array {
  let bytes: Uint8Array = Buffer.from(seed);
  for (const edit of edits) bytes = changed(bytes, edit);
  return bytes;
}

function changed(bytes: Uint8Array, [op, where, to, value]: Edit): Uint8Array {
  const n = Math.max(1, bytes.length);
  const at = where % n;
  const length = 1 + (value % 64);
  switch (op % 11) {
    case 0:
      return bytes.subarray(0, at);
    case 1: {
      if (bytes.length > 0) bytes[at] ^= 1 << (value % 8);
      return bytes;
    }
    case 2: {
      if (bytes.length > 0) bytes[at] = value;
      return bytes;
    }
    case 3:
      return joined(bytes.subarray(0, at), bytes.subarray(at + length));
    case 4:
      return joined(bytes.subarray(0, at + length), bytes.subarray(at));
    case 5: {
      bytes.copyWithin(at, to % n, (to % n) + length);
      return bytes;
    }
    case 6:
    case 7:
      return withSize(bytes, at, SIZES[value % SIZES.length], to);
    case 8: {
      bytes.fill([0, 255, 127, 128][value % 4], at, Math.min(bytes.length, at + 1 + (to % 16)));
      return bytes;
    }
    case 9:
      return joined(bytes.subarray(0, at), Buffer.alloc(1 + (value % 300), to % 256), bytes.subarray(at));
    default:
      return joined(bytes.subarray(0, at), bytes.subarray(to % n));
  }
}

/** A whole number of 1, 2, 4 or 8 bytes, either end first, or a double. */
function withSize(bytes: Uint8Array, at: number, size: number, form: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = form % 2 === 0;
  const signed = Math.floor(form / 2) % 4 === 0 ? -size : size;
  const room = bytes.length - at;
  switch (Math.floor(form / 8) % 5) {
    case 0:
      if (room >= 1) view.setUint8(at, signed);
      break;
    case 1:
      if (room >= 2) view.setInt16(at, signed, little);
      break;
    case 2:
      if (room >= 4) view.setInt32(at, signed, little);
      break;
    case 3:
      if (room >= 8) view.setBigInt64(at, BigInt(signed), little);
      break;
    default:
      if (room >= 8) view.setFloat64(at, [Number.NaN, Number.POSITIVE_INFINITY, 1e308, -1, signed][size % 5], little);
  }
  return bytes;
}
