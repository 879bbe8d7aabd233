/**
 * The kernel rows used last, in slots of the job's memory. Each worker that shares them keeps the same books: which row a slot
 * holds never depends on who filled which part.
 */

const NONE = -1;

export class RowCache {
  private slotOf: Int32Array;
  private readonly rowOf: Int32Array;
  /** Blocks of the slot that are computed. */
  private readonly filled: Int32Array;
  /** A ring through slot `slots`, its head: from the one used last to the one used longest ago. */
  private readonly next: Int32Array;
  private readonly previous: Int32Array;

  constructor(
    rows: number,
    readonly address: number,
    /** Bytes of a slot. */
    readonly stride: number,
    /** At least 4: the rows in use at a time are never given up. */
    readonly slots: number,
  ) {
    this.slotOf = new Int32Array(rows).fill(NONE);
    this.rowOf = new Int32Array(slots).fill(NONE);
    this.filled = new Int32Array(slots);
    this.next = Int32Array.from({ length: slots + 1 }, (_, s) => (s + 1) % (slots + 1));
    this.previous = Int32Array.from({ length: slots + 1 }, (_, s) => (s + slots) % (slots + 1));
  }

  /** The slot of row `position`, which counts as used now; `computed` blocks of it hold values. */
  use(position: number): { slot: number; computed: number } {
    let slot = this.slotOf[position];
    if (slot === NONE) {
      slot = this.previous[this.slots];
      const old = this.rowOf[slot];
      if (old !== NONE) this.slotOf[old] = NONE;
      this.slotOf[position] = slot;
      this.rowOf[slot] = position;
      this.filled[slot] = 0;
    }
    this.toFront(slot);
    return { slot, computed: this.filled[slot] };
  }

  /** Says that the slot holds `blocks` blocks. */
  fill(slot: number, blocks: number): void {
    this.filled[slot] = blocks;
  }

  /** Forgets what lies beyond so many blocks of each slot. */
  truncate(blocks: number): void {
    for (let slot = 0; slot < this.slots; slot++) this.filled[slot] = Math.min(this.filled[slot], blocks);
  }

  addressOf(slot: number): number {
    return this.address + slot * this.stride;
  }

  /** Slots whose first `blocks` blocks hold values. */
  filledSlots(blocks: number): number[] {
    return [...this.rowOf.keys()].filter((slot) => this.rowOf[slot] !== NONE && this.filled[slot] >= blocks);
  }

  /** Rows have moved: position p holds what was at from[p]; rows from `kept` on, and rows with fewer than `least` blocks, are forgotten. */
  move(from: Uint32Array, kept: number, least: number, blocks: number): void {
    const moved = new Int32Array(this.slotOf.length).fill(NONE);
    for (let p = 0; p < from.length; p++) {
      const slot = this.slotOf[from[p]];
      if (slot === NONE) continue;
      if (p < kept && this.filled[slot] >= least) {
        moved[p] = slot;
        this.rowOf[slot] = p;
        this.filled[slot] = blocks;
      } else {
        this.rowOf[slot] = NONE;
        this.toBack(slot);
      }
    }
    this.slotOf = moved;
  }

  /** The same rows in the same slots, which are smaller and therefore more; their bytes are the caller's to move. */
  withSmallerSlots(stride: number, slots: number): RowCache {
    const other = new RowCache(this.slotOf.length, this.address, stride, slots);
    for (let slot = this.previous[this.slots]; slot !== this.slots; slot = this.previous[slot]) {
      const row = this.rowOf[slot];
      if (row === NONE) continue;
      other.slotOf[row] = slot;
      other.rowOf[slot] = row;
      other.filled[slot] = this.filled[slot];
      other.toFront(slot);
    }
    return other;
  }

  private toFront(slot: number): void {
    this.unlink(slot);
    const head = this.slots;
    this.insert(slot, head, this.next[head]);
  }

  private toBack(slot: number): void {
    this.unlink(slot);
    const head = this.slots;
    this.insert(slot, this.previous[head], head);
  }

  private unlink(slot: number): void {
    this.next[this.previous[slot]] = this.next[slot];
    this.previous[this.next[slot]] = this.previous[slot];
  }

  private insert(slot: number, after: number, before: number): void {
    this.next[after] = slot;
    this.previous[slot] = after;
    this.next[slot] = before;
    this.previous[before] = slot;
  }
}
