/** SHA-256 of bytes and of plain values, independent of key order. */
import { createHash } from 'node:crypto';

export function sha256(content: string | ArrayBufferView): string {
  const hash = createHash('sha256');
  if (typeof content === 'string') hash.update(content);
  else {
    const bytes = new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
    // Node's hash takes no shared memory; copy in pieces.
    if (content.buffer instanceof SharedArrayBuffer)
      for (let i = 0; i < bytes.length; i += 1 << 20) hash.update(bytes.slice(i, i + (1 << 20)));
    else hash.update(bytes);
  }
  return hash.digest('hex');
}

/**
 * JSON with sorted keys; typed arrays as arrays. Otherwise as `JSON.stringify`: NaN and infinities become null, undefined members and
 * functions are left out, a BigInt or a circle is a TypeError. So two values that differ in NaN against null have one text.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item) => {
    if (ArrayBuffer.isView(item)) return Array.from(item as unknown as ArrayLike<number>);
    if (item !== null && typeof item === 'object' && !Array.isArray(item)) {
      return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
    }
    return item;
  });
}
