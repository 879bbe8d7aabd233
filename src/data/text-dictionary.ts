/** Codes for distinct texts, looked up by their UTF-8 bytes: no string is made for a text that was seen before. */

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export class TextDictionary {
  /** In order of first appearance. */
  readonly texts: string[] = [];
  /** Open addressing with linear probing; code + 1, 0 is free. */
  private table = new Int32Array(256);
  private hashes = new Int32Array(128);
  /** Text `code` is `pool[ends[code - 1] .. ends[code])`. */
  private ends = new Int32Array(128);
  private pool = new Uint8Array(1024);

  /** Code of the text, a new one when it is new; -1 when the bytes are not UTF-8. */
  codeOf(bytes: Uint8Array, from: number, to: number): number {
    let hash = 0x811c9dc5; // FNV-1a
    for (let i = from; i < to; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
    const mask = this.table.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (let code = this.table[slot]; code !== 0; slot = (slot + 1) & mask, code = this.table[slot]) {
      if (this.hashes[code - 1] === hash && this.equals(code - 1, bytes, from, to)) return code - 1;
    }
    return this.add(bytes, from, to, hash, slot);
  }

  private equals(code: number, bytes: Uint8Array, from: number, to: number): boolean {
    const start = code === 0 ? 0 : this.ends[code - 1];
    if (this.ends[code] - start !== to - from) return false;
    for (let i = from, p = start; i < to; i++, p++) if (bytes[i] !== this.pool[p]) return false;
    return true;
  }

  private add(bytes: Uint8Array, from: number, to: number, hash: number, slot: number): number {
    let text: string;
    try {
      text = decoder.decode(bytes.subarray(from, to));
    } catch {
      return -1;
    }
    const code = this.texts.push(text) - 1;
    const start = code === 0 ? 0 : this.ends[code - 1];
    if (start + to - from > this.pool.length) this.pool = enlarged(this.pool, 2 * (start + to - from));
    this.pool.set(bytes.subarray(from, to), start);
    this.ends[code] = start + to - from;
    this.hashes[code] = hash;
    this.table[slot] = code + 1;
    if (this.texts.length * 2 >= this.table.length) this.grow();
    return code;
  }

  private grow(): void {
    this.hashes = enlarged(this.hashes, this.table.length);
    this.ends = enlarged(this.ends, this.table.length);
    const mask = this.table.length * 2 - 1;
    this.table = new Int32Array(mask + 1);
    for (let code = 0; code < this.texts.length; code++) {
      const hash = this.hashes[code];
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (this.table[slot] !== 0) slot = (slot + 1) & mask;
      this.table[slot] = code + 1;
    }
  }
}

function enlarged<T extends Uint8Array | Int32Array>(values: T, length: number): T {
  const out = new (values.constructor as new (n: number) => T)(length);
  out.set(values as Uint8Array & Int32Array);
  return out;
}
