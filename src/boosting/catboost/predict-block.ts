/**
 * Scores of rows, a block at a time: first the slots of the block (features, one-hot codes, target statistics) column by column,
 * then every tree over them. Sums run in the order of the trees.
 */
import { BLOCK_ROWS } from '../../trees/prediction-block.js';
import { categoryHash, categoryText, isCode } from './category-hash.js';
import { extendRow, findRow, type Terms, termOf } from './combination-table.js';
import type { FlatTrees, Plan, PlannedTable } from './plan.js';
import { holds, layOutConditions, type RowConditions, rankRow } from './row-conditions.js';
import type { SymmetricTrees } from './symmetric-trees.js';

const BLOCK = BLOCK_ROWS;
/** Fewer rows are taken through the trees one by one. */
const FEW = 8;

/** Works through rows by one plan; keeps what it learned of the categories it met. */
export class BlockPredictor {
  private readonly plan: Plan;
  /** (slots, BLOCK) */
  private readonly values: Float32Array;
  private readonly leaf = new Int32Array(BLOCK);
  private readonly hashes: Terms = { low: new Uint32Array(BLOCK), high: new Uint32Array(BLOCK) };
  private readonly categories: CategoryColumn[];
  /** Calls with few rows so far, or what was laid out for the next ones; 'not' where that cannot be. */
  private rowsAlone: RowConditions | 'none' | 'one' | 'not' = 'none';
  /** All trees are symmetric, of one output, and ask whether something is above a border. */
  private readonly onlyBorders: boolean;
  /** The kernel reads numbers from X. */
  private readonly wantsFloats: boolean;

  /** `kernel`: the plan's trees, all of them symmetric, in a job's memory. */
  constructor(
    plan: Plan,
    private readonly kernel?: SymmetricTrees,
  ) {
    this.plan = plan;
    const { branching, equal } = plan.trees;
    this.onlyBorders = plan.outputs === 1 && !branching.includes(1) && !equal.includes(1);
    this.wantsFloats = !kernel || plan.tables.some(({ conditions }) => conditions.length > 0);
    this.values = kernel?.slots ?? new Float32Array(plan.slots * BLOCK);
    this.categories = plan.categories.map(({ names }) => new CategoryColumn(names));
  }

  /**
   * Adds to `scores` (to - from rows of `outputs`) the leaf values of trees `firstTree` .. `endTree`-1, scale and bias left out.
   */
  addScores(
    data: Float32Array,
    cols: number,
    from: number,
    to: number,
    scores: Float64Array,
    firstTree = 0,
    endTree = this.plan.trees.count,
  ): void {
    const { trees, outputs } = this.plan;
    for (let at = from; at < to; at += BLOCK) {
      const rows = Math.min(BLOCK, to - at);
      this.fillSlots(data, cols, at, rows);
      if (this.kernel) {
        const sums = this.kernel.sums(data.subarray(at * cols, (at + rows) * cols), firstTree, endTree);
        for (let p = 0, out = (at - from) * outputs; p < sums.length; p++, out++) scores[out] += sums[p];
        continue;
      }
      const conditions = rows < FEW ? this.rowConditions() : undefined;
      if (conditions) {
        this.addRows(conditions, rows, scores.subarray(at - from), firstTree, endTree);
        continue;
      }
      for (let t = firstTree; t < endTree; t++) {
        this.findLeaves(t, rows);
        addLeaves(trees, t, this.leaf, rows, outputs, scores, (at - from) * outputs);
      }
    }
  }

  /** Leaf number of each row in each of the trees, into `leaves` (rows, trees). */
  leaves(
    data: Float32Array,
    cols: number,
    rows: number,
    leaves: Int32Array,
    firstTree = 0,
    endTree = this.plan.trees.count,
  ): void {
    const width = endTree - firstTree;
    for (let at = 0; at < rows; at += BLOCK) {
      const count = Math.min(BLOCK, rows - at);
      this.fillSlots(data, cols, at, count);
      for (let t = firstTree; t < endTree; t++) {
        this.findLeaves(t, count);
        for (let r = 0; r < count; r++) leaves[(at + r) * width + t - firstTree] = this.leaf[r];
      }
    }
  }

  /** Numbers that conditions look at, into `out` (rows, slots): NaN is what its column counts it as. */
  slotRows(data: Float32Array, cols: number, from: number, to: number, out: Float32Array): void {
    const { slots } = this.plan;
    for (let at = from; at < to; at += BLOCK) {
      const rows = Math.min(BLOCK, to - at);
      this.fillSlots(data, cols, at, rows);
      for (let s = 0; s < slots; s++) {
        for (let r = 0, p = (at - from) * slots + s; r < rows; r++, p += slots) out[p] = this.values[s * BLOCK + r];
      }
    }
  }

  /** For rows that come alone; laid out with the second of them, once it is no exception. */
  private rowConditions(): RowConditions | undefined {
    if (!this.onlyBorders) return undefined;
    if (this.rowsAlone === 'one') this.rowsAlone = layOutConditions(this.plan) ?? 'not';
    else if (this.rowsAlone === 'none') this.rowsAlone = 'one';
    return typeof this.rowsAlone === 'string' ? undefined : this.rowsAlone;
  }

  private fillSlots(data: Float32Array, cols: number, from: number, rows: number): void {
    const { values, plan, categories } = this;
    if (this.wantsFloats) this.fillFloats(data, cols, from, rows);
    plan.categories.forEach(({ column }, i) => {
      categories[i].read(data, from * cols + column, cols, rows);
    });
    plan.oneHots.forEach(({ category, values: codes }, i) => {
      const { ids, hashes } = categories[category];
      const first = (plan.floats.length + i) * BLOCK;
      for (let r = 0; r < rows; r++) values[first + r] = codes.get(hashes[ids[r]]) ?? 0;
    });
    for (const table of plan.tables) this.fillTable(table, rows);
  }

  private fillFloats(data: Float32Array, cols: number, from: number, rows: number): void {
    const { values, plan } = this;
    plan.floats.forEach(({ column, missing }, slot) => {
      for (let r = 0, p = from * cols + column, v = slot * BLOCK; r < rows; r++, p += cols, v++) {
        const value = data[p];
        values[v] = Number.isNaN(value) ? missing : value;
      }
    });
  }

  private fillTable(table: PlannedTable, rows: number): void {
    const { values, hashes } = this;
    hashes.low.fill(0);
    hashes.high.fill(0);
    for (const category of table.categories) {
      const { ids, termsLow, termsHigh } = this.categories[category];
      for (let r = 0; r < rows; r++) extendRow(hashes, r, termsLow[ids[r]], termsHigh[ids[r]]);
    }
    for (const { slot, border, equal } of table.conditions) {
      for (let r = 0; r < rows; r++) {
        const value = values[slot * BLOCK + r];
        const holds = equal ? value === border : value > border;
        extendRow(hashes, r, holds ? HOLDS.low : 0, holds ? HOLDS.high : 0);
      }
    }
    for (let r = 0; r < rows; r++) {
      const row = findRow(table.rows, hashes.low[r], hashes.high[r]);
      for (let k = 0; k < table.values.length; k++) values[(table.firstSlot + k) * BLOCK + r] = table.values[k][row];
    }
  }

  private findLeaves(t: number, rows: number): void {
    const { trees } = this.plan;
    if (trees.branching[t] === 1) this.walk(t, rows);
    else if (rows < FEW) for (let r = 0; r < rows; r++) this.leaf[r] = this.leafOf(t, r);
    else this.collectBits(t, rows);
  }

  /** The same a row at a time. */
  private addRows(
    conditions: RowConditions,
    rows: number,
    scores: Float64Array,
    firstTree: number,
    endTree: number,
  ): void {
    const { words, ranks } = conditions;
    const { start, leafStart, leafValues } = this.plan.trees;
    for (let r = 0; r < rows; r++) {
      rankRow(conditions, this.values, BLOCK, r);
      let sum = scores[r];
      for (let t = firstTree; t < endTree; t++) {
        let leaf = 0;
        for (let c = start[t + 1] - 1; c >= start[t]; c--) leaf = leaf + leaf + holds(words[c], ranks);
        sum += leafValues[leafStart[t] + leaf];
      }
      scores[r] = sum;
    }
  }

  /** Without a branch that depends on the row. */
  private leafOf(t: number, r: number): number {
    const { values } = this;
    const { start, slot, border, equal } = this.plan.trees;
    const end = start[t + 1];
    let leaf = 0;
    for (let c = start[t], d = 0; c < end; c++, d++) {
      const value = values[slot[c] * BLOCK + r];
      leaf |= Number(equal[c] === 1 ? value === border[c] : value > border[c]) << d;
    }
    return leaf;
  }

  /** Bit d of a leaf's number says whether condition d holds. */
  private collectBits(t: number, rows: number): void {
    const { values, leaf } = this;
    const { start, slot, border, equal } = this.plan.trees;
    leaf.fill(0, 0, rows);
    for (let c = start[t], bit = 1; c < start[t + 1]; c++, bit <<= 1) {
      const limit = border[c];
      const first = slot[c] * BLOCK;
      if (equal[c] === 1) for (let r = 0; r < rows; r++) leaf[r] |= values[first + r] === limit ? bit : 0;
      else for (let r = 0; r < rows; r++) leaf[r] |= values[first + r] > limit ? bit : 0;
    }
  }

  private walk(t: number, rows: number): void {
    const { values, leaf } = this;
    const { start, slot, border, equal, left, right } = this.plan.trees;
    const first = start[t];
    const stump = start[t + 1] === first;
    for (let r = 0; r < rows; r++) {
      let node = stump ? -1 : 0;
      while (node >= 0) {
        const c = first + node;
        const value = values[slot[c] * BLOCK + r];
        node = (equal[c] === 1 ? value === border[c] : value > border[c]) ? right[c] : left[c];
      }
      leaf[r] = ~node;
    }
  }
}

const HOLDS = termOf(1);

/** Sums of leaf values (rows, outputs) of trees from `firstTree` on to raw scores, in place. */
export function finishScores({ outputs, scale, bias }: Plan, scores: Float64Array, firstTree: number): void {
  // The bias is where boosting started.
  const start = firstTree === 0 ? bias : new Float64Array(outputs);
  if (outputs === 1) {
    const only = start[0];
    for (let i = 0; i < scores.length; i++) scores[i] = scores[i] * scale + only;
    return;
  }
  for (let i = 0; i < scores.length; i++) scores[i] = scores[i] * scale + start[i % outputs];
}

function addLeaves(
  trees: FlatTrees,
  t: number,
  leaf: Int32Array,
  rows: number,
  outputs: number,
  scores: Float64Array,
  at: number,
): void {
  const { leafValues, leafStart } = trees;
  const first = leafStart[t];
  if (outputs === 1) {
    for (let r = 0; r < rows; r++) scores[at + r] += leafValues[first + leaf[r]];
    return;
  }
  for (let r = 0; r < rows; r++) {
    for (let k = 0; k < outputs; k++) scores[at + r * outputs + k] += leafValues[first + leaf[r] * outputs + k];
  }
}

/** One categorical column of a block: an id a row, and by id the category's hash and its term of a combination's hash. */
class CategoryColumn {
  readonly ids = new Int32Array(BLOCK);
  hashes = new Int32Array(64);
  termsLow = new Uint32Array(64);
  termsHigh = new Uint32Array(64);
  private readonly known = new Map<number, number>();
  private readonly names: readonly string[] | undefined;

  constructor(names: readonly string[] | undefined) {
    this.names = names;
  }

  read(data: Float32Array, at: number, step: number, rows: number): void {
    for (let r = 0, p = at; r < rows; r++, p += step) {
      const value = isCode(data[p]) ? data[p] : -1;
      this.ids[r] = this.known.get(value) ?? this.learn(value);
    }
  }

  private learn(value: number): number {
    const id = this.known.size;
    this.known.set(value, id);
    if (id >= this.hashes.length) this.grow();
    const hash = categoryHash(categoryText(value, this.names));
    const { low, high } = termOf(hash);
    this.hashes[id] = hash;
    this.termsLow[id] = low;
    this.termsHigh[id] = high;
    return id;
  }

  private grow(): void {
    const wider = <T extends Int32Array | Uint32Array>(old: T, made: T): T => {
      made.set(old);
      return made;
    };
    const size = 2 * this.hashes.length;
    this.hashes = wider(this.hashes, new Int32Array(size));
    this.termsLow = wider(this.termsLow, new Uint32Array(size));
    this.termsHigh = wider(this.termsHigh, new Uint32Array(size));
  }
}
