/** What the trees say of the training rows, summed while they grow: by all trees, and by those that did not see a row. */
import { log } from '../../core/math.js';
import type { Arena } from '../../kernels/arena.js';
import type { JobContext } from '../../kernels/job.js';
import type { RawNodes } from './finished-tree.js';
import type { ForestJobArgs } from './job-args.js';

/** Sums over all trees are kept for so many values; else `fit` predicts its training rows. */
const MOST_SUMS = 2 ** 24;
const EPSILON = 1.1920929e-7;

export class RowSums {
  readonly outputs: number;
  private readonly values: number;
  /** Sums are whole multiples of 1 / scale, so that trees may be added in any order. */
  private readonly scale: number;
  private readonly all: number;
  private readonly outside: number;
  private readonly seen: number;
  private readonly room: number;

  /** Reserves room; usable after the next commit and `clear`. */
  constructor(
    private readonly context: JobContext<ForestJobArgs>,
    private readonly arena: Arena,
  ) {
    const { params, source, y } = context.args;
    this.outputs = Math.max(1, params.classes);
    this.values = source.rows * this.outputs;
    this.scale = params.classes > 0 ? 2 ** 40 : scaleFor(y);
    this.all = this.values <= MOST_SUMS ? arena.alloc(this.values * 8) : 0;
    this.outside = params.outOfBag ? arena.alloc(this.values * 8) : 0;
    this.seen = params.outOfBag ? arena.alloc(source.rows * 4) : 0;
    this.room = this.all || this.outside ? arena.alloc(this.values * 8) : 0;
  }

  /** On one worker, before a barrier. */
  clear(): void {
    const bytes = this.values * 8;
    for (const address of [this.all, this.outside]) if (address) this.arena.bytes(address, bytes).fill(0);
    if (this.seen) this.arena.bytes(this.seen, this.context.args.source.rows * 4).fill(0);
  }

  /** Adds a leaf whose value lies at `value` to its rows, in the sample and out of it. */
  addLeaf(nodes: RawNodes, node: number, value: number): void {
    this.context.kernels.forestAddLeaf(
      value,
      this.outputs,
      this.scale,
      nodes.begin(node),
      nodes.rows(node),
      nodes.restBegin(node),
      nodes.restRows(node),
      this.all,
      this.outside,
      this.seen,
    );
  }

  /** (rows * outputs,) means of all rows over `trees` trees; empty if they were not kept. */
  means(trees: number): Float64Array {
    return this.all ? this.divided(this.all, 0, trees) : new Float64Array(0);
  }

  /** (rows * outputs,) means over the trees that did not see a row, NaN where all did. */
  outOfBag(): Float64Array {
    return this.outside ? this.divided(this.outside, this.seen, 0) : new Float64Array(0);
  }

  /** Out-of-bag log-loss or mean squared error, of the rows that some tree did not see. */
  outOfBagLoss(): number {
    const { y, weights, params } = this.context.args;
    const means = this.outOfBag();
    let total = 0;
    let loss = 0;
    for (let i = 0; i < y.length; i++) {
      const own = params.classes > 0 ? means[i * this.outputs + y[i]] : means[i];
      if (Number.isNaN(own)) continue;
      const weight = weights ? weights[i] : 1;
      loss += weight * (params.classes > 0 ? -log(Math.max(own, EPSILON)) : (own - y[i]) ** 2);
      total += weight;
    }
    return loss / total;
  }

  private divided(sums: number, seen: number, trees: number): Float64Array {
    const { kernels, args } = this.context;
    const { rows } = args.source;
    kernels.forestMeans(sums, this.outputs, this.scale, 0, rows, seen, trees, this.room);
    return this.arena.float64(this.room, this.values).slice();
  }
}

/** A power of two that leaves room for 2^18 targets of the largest size. */
function scaleFor(y: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < y.length; i++) largest = Math.max(largest, Math.abs(y[i]));
  let scale = 2 ** 44;
  while (largest * scale > 2 ** 44 && scale > 2 ** -900) scale /= 2;
  while (largest > 0 && largest * scale <= 2 ** 43 && scale < 2 ** 900) scale *= 2;
  return scale;
}
