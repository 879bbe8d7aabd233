/**
 * Histograms of target statistics by leaf, kept from level to level: of two siblings only the smaller one is built from rows, the other
 * is what is left of their parent's. The same plan in all workers; sums are integers, so nothing depends on what is kept.
 */
import type { Arena } from '../../../kernels/arena.js';
import type { LevelTask } from './level-scores.js';

const KEPT_BYTES = 96 * 2 ** 20;
const MOST_LEAVES = 64;

/** Where the histograms of a candidate are. */
export interface KeptCtr {
  address: number;
  /** Bytes from one leaf's histograms to the next. */
  pitch: number;
  /** By leaf; a place below half their number is the parent's. */
  places: readonly number[];
  /** The parents' histograms are there. */
  derived: boolean;
}

export class KeptHistograms {
  private readonly pool: number;
  private readonly free: number[] = [];
  private readonly slotBytes: number;
  /** By name of a candidate of the last level. */
  private slots = new Map<string, number>();
  private places: number[] = [];
  private readonly mostLeaves: number;

  /** `pitch`: bytes of a leaf's histograms. */
  constructor(
    arena: Arena,
    private readonly pitch: number,
    mostLeaves: number,
    mostSlots: number,
  ) {
    this.mostLeaves = Math.min(MOST_LEAVES, Math.floor(mostLeaves));
    this.slotBytes = this.mostLeaves * pitch;
    const slots = this.slotBytes > 0 ? Math.min(mostSlots, Math.floor(KEPT_BYTES / this.slotBytes)) : 0;
    this.pool = arena.alloc(slots * this.slotBytes);
    for (let i = slots - 1; i >= 0; i--) this.free.push(i);
  }

  /** For each candidate of a level where it keeps its histograms, if there is room. */
  startLevel(names: readonly string[], { leafRows, parentsKept, tails }: LevelTask): (KeptCtr | undefined)[] {
    const { sampled, leaves } = leafRows;
    const fits = leaves <= this.mostLeaves && !tails;
    const goesOn = parentsKept && fits && this.places.length * 2 === leaves;
    const before = this.slots;
    this.slots = new Map();
    const stay = new Set(goesOn ? names : []);
    for (const [name, slot] of before) {
      if (stay.has(name)) this.slots.set(name, slot);
      else this.free.push(slot);
    }
    if (!fits) {
      this.places = [];
      return names.map(() => undefined);
    }
    this.places = goesOn ? placesOfChildren(this.places, sampled) : Array.from({ length: leaves }, (_, leaf) => leaf);
    return names.map((name) => {
      const known = this.slots.get(name);
      const slot = known ?? this.free.pop();
      if (slot === undefined) return undefined;
      this.slots.set(name, slot);
      const address = this.pool + slot * this.slotBytes;
      return { address, pitch: this.pitch, places: this.places, derived: known !== undefined };
    });
  }
}

/** The child of more rows takes its parent's place, the other one a new place. */
function placesOfChildren(parents: readonly number[], sampled: readonly { count: number }[]): number[] {
  const half = parents.length;
  const places = new Array<number>(2 * half);
  for (const [leaf, place] of parents.entries()) {
    const large = sampled[leaf].count >= sampled[leaf + half].count ? leaf : leaf + half;
    places[large] = place;
    places[large === leaf ? leaf + half : leaf] = place + half;
  }
  return places;
}
