/** A forest on the worker pool: every worker grows whole trees, by turns, and writes them into arrays all share. */
import { Matrix } from '../../core/matrix.js';
import { Arena } from '../../kernels/arena.js';
import type { JobContext } from '../../kernels/job.js';
import { lossAndAccuracy } from '../../model/output.js';
import { finishTree, prune, RawNodes } from './finished-tree.js';
import { firstValues, type GrownTree, placeTree } from './forest.js';
import type { ForestJobArgs, ForestJobResult, RoomAnswer, RoomQuestion } from './job-args.js';
import { outOfBagScore } from './out-of-bag.js';
import { RowSums } from './row-sums.js';
import { shareTrainingTable, type TrainingTable } from './training-table.js';
import { TreeGrower } from './tree-grower.js';

/** Trees from one look at the out-of-bag loss to the next. */
const CHECK_EVERY = 10;

export function run(context: JobContext<ForestJobArgs>): ForestJobResult {
  return new ForestRun(context).run();
}

class ForestRun {
  private readonly arena: Arena;
  private readonly table: TrainingTable;
  private readonly grower: TreeGrower;
  private readonly sums: RowSums;
  /** (trees, 3) nodes, leaves and own values of each tree; then the number of finished trees and whether to stop. */
  private readonly sizes: Int32Array;
  private readonly control: Int32Array;
  private readonly grown: { tree: number; arrays: GrownTree }[] = [];
  private readonly checkedAt: number[] = [];
  private readonly checkedLoss: number[] = [];

  constructor(private readonly context: JobContext<ForestJobArgs>) {
    const { thread } = context;
    context.report({ phase: 'bin', step: 0, total: this.trees });
    this.arena = new Arena(context);
    this.table = shareTrainingTable(context, this.arena);
    this.grower = new TreeGrower(context, this.arena, this.table);
    this.sums = new RowSums(context, this.arena);
    const sizesAt = this.arena.alloc(this.trees * 12);
    const controlAt = this.arena.alloc(8);
    this.arena.commit();
    this.sizes = this.arena.int32(sizesAt, this.trees * 3);
    this.control = this.arena.int32(controlAt, 2);
    if (thread === 0) {
      this.control.fill(0);
      this.sums.clear();
    }
    context.barrier();
  }

  private get trees(): number {
    const { firstTree, endTree } = this.context.args.params;
    return endTree - firstTree;
  }

  run(): ForestJobResult {
    const { params } = this.context.args;
    const batch = params.earlyStoppingRounds > 0 ? CHECK_EVERY : this.trees;
    let done = 0;
    let stopped = false;
    while (done < this.trees && !stopped) {
      const end = Math.min(this.trees, done + batch);
      this.growTrees(done, end);
      done = end;
      if (params.earlyStoppingRounds > 0) stopped = this.shouldStop(done);
    }
    this.place(done);
    return {
      trees: done,
      stoppedEarly: stopped && done < this.trees,
      checkedAt: Int32Array.from(this.checkedAt),
      checkedLoss: Float64Array.from(this.checkedLoss),
      outOfBag: new Float64Array(0),
      ...(this.context.thread === 0 ? this.scores(done) : {}),
    };
  }

  /** Of the training rows; here, because the calling thread must not be held up. */
  private scores(trees: number): Pick<ForestJobResult, 'train' | 'outOfBag' | 'outOfBagScore'> {
    const { params, y, sampleWeights } = this.context.args;
    const { outputs } = this.sums;
    const means = this.sums.means(trees);
    const raw = params.classes > 0 ? Matrix.wrap(new Float32Array(means), outputs) : means;
    const outOfBag = this.sums.outOfBag();
    return {
      outOfBag,
      ...(means.length > 0 ? { train: lossAndAccuracy(raw, y, sampleWeights, params.classes) } : {}),
      ...(params.outOfBag ? { outOfBagScore: outOfBagScore(outOfBag, y, params.classes) } : {}),
    };
  }

  /** Trees from .. to-1 of this run; a barrier. */
  private growTrees(from: number, to: number): void {
    const { context, grower } = this;
    const { params } = context.args;
    const outputs = Math.max(1, params.classes);
    const place = { value: grower.value, outputs, classification: params.classes > 0 };
    for (let unit = context.nextUnit(); from + unit < to; unit = context.nextUnit()) {
      const tree = from + unit;
      const { count, weight } = grower.grow(params.firstTree + tree);
      const nodes = new RawNodes(this.arena, grower.nodes, count);
      prune(nodes, params.ccpAlpha, weight);
      const arrays = finishTree(context.kernels, this.arena, nodes, this.table.mapper, place, (node) =>
        this.sums.addLeaf(nodes, node, grower.value),
      );
      this.grown.push({ tree, arrays });
      this.sizes.set([arrays.feature.length, arrays.leafValue.length, arrays.ownValues.length / outputs], 3 * tree);
      const step = Atomics.add(this.control, 0, 1) + 1;
      context.report({ phase: 'fit', step, total: this.trees });
    }
    context.barrier();
  }

  /** Whether the out-of-bag loss has not become lower for long enough; all workers agree. Barriers. */
  private shouldStop(done: number): boolean {
    const { thread, args } = this.context;
    if (thread === 0) {
      this.checkedAt.push(done);
      this.checkedLoss.push(this.sums.outOfBagLoss());
      const best = this.checkedLoss.indexOf(Math.min(...this.checkedLoss.filter((loss) => !Number.isNaN(loss))));
      const since = best < 0 ? 0 : done - this.checkedAt[best];
      this.control[1] = since >= args.params.earlyStoppingRounds ? 1 : 0;
    }
    this.context.barrier();
    const stop = this.control[1] === 1;
    this.context.barrier();
    return stop;
  }

  /** Writes this worker's trees into the forest that the calling thread made room for. */
  private place(trees: number): void {
    const { params } = this.context.args;
    const outputs = Math.max(1, params.classes);
    const pure = firstValues(outputs, params.classes > 0).length / outputs;
    const starts = [{ node: 0, leaf: 0, value: pure }];
    for (let t = 0; t < trees; t++) {
      const { node, leaf, value } = starts[t];
      starts.push({
        node: node + this.sizes[3 * t],
        leaf: leaf + this.sizes[3 * t + 1],
        value: value + this.sizes[3 * t + 2],
      });
    }
    const { node: nodes, leaf: leaves, value: values } = starts[trees];
    const question: RoomQuestion = { size: { trees, nodes, leaves, values } };
    const forest = this.context.ask(question) as RoomAnswer;
    for (const { tree, arrays } of this.grown) placeTree(forest, arrays, starts[tree], pure);
    if (this.context.thread !== 0) return;
    forest.nodeStarts.set(starts.map(({ node }) => node));
    forest.leafStarts.set(starts.map(({ leaf }) => leaf));
    forest.values.set(firstValues(outputs, params.classes > 0));
  }
}
