/** What players are worth in a block of rows, in one worker's memory, and how it becomes values of columns. */
import type { Arena } from '../kernels/arena.js';

interface Shape {
  readonly outputs: number;
  readonly players: number;
  readonly shares?: readonly (readonly number[])[];
  readonly scale: number;
  readonly complement: boolean;
  readonly features: number;
  readonly values: Float64Array;
  readonly interactions?: Float64Array;
}

export class WorthBlock {
  /** Address of (rows, outputs, players), and bytes from row to row. */
  readonly single: number;
  readonly singleStride: number;
  /** Address of (rows, outputs, players, players), those above the diagonal; 0 without interactions. */
  readonly pairs: number;
  readonly pairStride: number;

  /** All workers make one; usable after the next commit. */
  constructor(
    private readonly shape: Shape,
    private readonly arena: Arena,
    rows: number,
  ) {
    const { outputs, players, interactions } = shape;
    this.singleStride = outputs * players * 8;
    this.pairStride = this.singleStride * players;
    this.single = arena.allocEach(rows * this.singleStride);
    this.pairs = interactions ? arena.allocEach(rows * this.pairStride) : 0;
  }

  static rowBytes({ outputs, players, interactions }: Shape): number {
    return outputs * players * 8 * (interactions ? players : 1);
  }

  clear(rows: number): void {
    this.arena.bytes(this.single, rows * this.singleStride).fill(0);
    if (this.pairs) this.arena.bytes(this.pairs, rows * this.pairStride).fill(0);
  }

  /** Writes the values of `rows` rows, the first of which is row `from`. */
  write(from: number, rows: number): void {
    const { outputs, players, features, values, interactions, complement } = this.shape;
    const written = complement ? 2 : outputs;
    for (let i = 0; i < rows; i++) {
      for (let k = 0; k < outputs; k++) {
        const own = this.arena.float64(this.single + i * this.singleStride + k * players * 8, players);
        const at = (from + i) * written + (complement ? 1 : k);
        const into = values.subarray(at * features, (at + 1) * features);
        this.share(own, into);
        const mirror = complement ? values.subarray((at - 1) * features, at * features) : undefined;
        mirror?.set(into.map((value) => -value));
        if (!interactions) continue;
        const square = features * features;
        const pairs = this.arena.float64(this.pairs + i * this.pairStride + k * players * players * 8, players ** 2);
        const matrix = interactions.subarray(at * square, (at + 1) * square);
        this.sharePairs(own, pairs, matrix);
        if (complement) interactions.subarray((at - 1) * square, at * square).set(matrix.map((value) => -value));
      }
    }
  }

  /** In the order of the players. */
  private share(own: Float64Array, into: Float64Array): void {
    const { players, shares, scale } = this.shape;
    for (let p = 0; p < players; p++) {
      const columns = shares?.[p];
      if (columns) for (const column of columns) into[column] += (scale * own[p]) / columns.length;
      else into[p] = scale * own[p];
    }
  }

  /** What a player is worth without the others is what its pairs leave over. */
  private sharePairs(own: Float64Array, pairs: Float64Array, into: Float64Array): void {
    const { players, shares, scale, features } = this.shape;
    const columnsOf = (p: number): readonly number[] => shares?.[p] ?? [p];
    const add = (p: number, q: number, value: number): void => {
      const [rows, columns] = [columnsOf(p), columnsOf(q)];
      const part = (scale * value) / (rows.length * columns.length);
      for (const a of rows) for (const b of columns) into[a * features + b] += part;
    };
    for (let p = 0; p < players; p++) {
      let rest = own[p];
      for (let q = 0; q < players; q++) {
        if (q === p) continue;
        const value = p < q ? pairs[p * players + q] : pairs[q * players + p];
        rest -= value;
        if (value !== 0) add(p, q, value);
      }
      if (rest !== 0) add(p, p, rest);
    }
  }
}
