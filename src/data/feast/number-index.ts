/** Numbers to dense ids in order of first appearance: an open-addressing table over typed arrays. -0 is 0; NaN has no id. */

const FEWEST = 1024;

export class NumberIndex {
  private keys = new Float64Array(FEWEST);
  /** -1 where a place is free. */
  private ids = new Int32Array(FEWEST).fill(-1);
  private readonly number = new Float64Array(1);
  private readonly words = new Int32Array(this.number.buffer);
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** Id of `value`, a new one where it has none; -1 for NaN. */
  add(value: number): number {
    if (Number.isNaN(value)) return -1;
    const at = this.place(value);
    if (this.ids[at] >= 0) return this.ids[at];
    const id = this.count++;
    this.keys[at] = value;
    this.ids[at] = id;
    if (2 * this.count > this.keys.length) this.grow();
    return id;
  }

  /** Id of `value`, or -1. */
  find(value: number): number {
    return Number.isNaN(value) ? -1 : this.ids[this.place(value)];
  }

  /** Where `value` is, or the free place where it belongs. */
  private place(value: number): number {
    const { keys, ids, number, words } = this;
    const mask = keys.length - 1;
    number[0] = value + 0;
    let hash = Math.imul(words[0] ^ Math.imul(words[1], 0x9e3779b1), 0x85ebca6b);
    hash ^= hash >>> 15;
    hash = Math.imul(hash, 0xc2b2ae35);
    let at = (hash ^ (hash >>> 13)) & mask;
    while (ids[at] >= 0 && keys[at] !== value) at = (at + 1) & mask;
    return at;
  }

  private grow(): void {
    const { keys, ids } = this;
    this.keys = new Float64Array(2 * keys.length);
    this.ids = new Int32Array(2 * keys.length).fill(-1);
    for (let i = 0; i < keys.length; i++) {
      if (ids[i] < 0) continue;
      const at = this.place(keys[i]);
      this.keys[at] = keys[i];
      this.ids[at] = ids[i];
    }
  }
}
