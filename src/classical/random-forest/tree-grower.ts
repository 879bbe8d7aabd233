/** One worker's part of growing a forest: whole trees, each from a seed of its own, so that it matters not which worker grew it. */
import { deriveSeed, Random } from '../../core/random.js';
import type { Arena } from '../../kernels/arena.js';
import type { JobContext } from '../../kernels/job.js';
import type { ForestJobArgs } from './job-args.js';
import { NO_LIMIT } from './params.js';
import { PLAN_BYTES, type Plan, writePlan } from './plan.js';
import { rowLayout, type TrainingTable } from './training-table.js';

export const NODE_BYTES = 64;
/** Bins looked at between two looks at the stop flag: some milliseconds. */
const BUDGET = 5e6;
/** Classes whose draws are counted in 16 bits. */
const MOST_PACKED = 3;
/** Relative rounding by which a decrease of impurity may fall short. */
const EPSILON = 2 ** -52;

/** A grown tree where the kernels left it. */
export interface RawTree {
  readonly count: number;
  /** Weight of its rows. */
  readonly weight: number;
}

export class TreeGrower {
  /** Address of the nodes. */
  readonly nodes: number;
  /** (outputs,) f64 for the value of a leaf. */
  readonly value: number;
  private readonly plan: Plan;
  private readonly planAt: number;
  private readonly counts: number;
  private readonly permutation: number;
  private readonly seedAt: number;
  private readonly factors: number;
  private readonly packed: boolean;
  private histogramBytes = 0;

  /** Reserves room, for all workers alike; usable after the next commit. */
  constructor(
    private readonly context: JobContext<ForestJobArgs>,
    private readonly arena: Arena,
    private readonly table: TrainingTable,
  ) {
    const { params, weights } = context.args;
    const { rows, cols } = table;
    this.packed = params.classes > 0 && params.classes <= MOST_PACKED && !weights && !params.balancedSubsample;
    const outputs = Math.max(1, params.classes);
    const own = Array.from({ length: context.threads }, () => this.reserve(mostNodes(context.args, rows), outputs));
    const mine = own[context.thread];
    const { value, planAt, counts, permutation, seedAt, factors, ...addresses } = mine;
    this.nodes = mine.nodes;
    this.value = value;
    this.planAt = planAt;
    this.counts = counts;
    this.permutation = permutation;
    this.seedAt = seedAt;
    this.factors = factors;
    const { matrix, featureOf, missingBins, binEnds, targets, logTable } = table;
    this.plan = {
      ...addresses,
      ...rowLayout(table),
      rowCount: rows,
      columnCount: cols,
      classes: params.classes,
      criterion: params.criterion,
      byColumn: matrix.columnMajor,
      pitch: matrix.pitch,
      featureOf,
      missingBins,
      binEnds,
      targets,
      maxFeatures: params.maxFeatures,
      maxDepth: params.maxDepth,
      minSplit: params.minSplit,
      minLeaf: params.minLeaf,
      minWeight: 0,
      maxLeaves: params.maxLeaves,
      minGain: 0,
      extraTrees: params.extraTrees ? 1 : 0,
      logTable,
    };
  }

  private reserve(mostNodes: number, outputs: number) {
    const { arena, packed } = this;
    const { params } = this.context.args;
    const { rows, cols } = this.table;
    const width = params.classes > 0 ? outputs + 2 : 4;
    this.histogramBytes = 256 * Math.max(16, width * 8);
    const pairs = packed ? 0 : rows * 8;
    const second = packed ? () => 0 : () => arena.alloc(pairs);
    return {
      planAt: arena.alloc(PLAN_BYTES),
      counts: params.draws ? arena.alloc(rows * 2) : 0,
      permutation: arena.alloc(cols * 4),
      seedAt: arena.alloc(16),
      factors: params.balancedSubsample ? arena.alloc(outputs * 8) : 0,
      value: arena.alloc(outputs * 8),
      rows: arena.alloc(rows * 4),
      first: arena.alloc(rows * 8),
      second: second(),
      spareRows: arena.alloc(rows * 4),
      spareFirst: arena.alloc(rows * 8),
      spareSecond: second(),
      rest: arena.alloc(rows * 4),
      bytes: arena.alloc(rows),
      flags: arena.alloc(256),
      histogram: arena.alloc(this.histogramBytes),
      totals: arena.alloc(Math.max(64, width * 8)),
      sides: arena.alloc(2 * Math.max(32, width * 8)),
      order: params.criterion === 4 ? arena.alloc((rows + 2) * 28 + 260 * 4 + 256 * 24) : 0,
      nodes: arena.alloc(mostNodes * NODE_BYTES),
      frontier: arena.alloc(mostNodes * 4),
    };
  }

  /** Grows tree number `tree` over rows drawn for it. Its nodes stay until the next one. */
  grow(tree: number): RawTree {
    const { kernels, args, check } = this.context;
    const { params } = args;
    const { rows } = this.table;
    const random = new Random(deriveSeed(args.seed, 'tree', tree));
    const words = this.arena.uint32(this.seedAt, 4);
    for (let i = 0; i < 4; i++) words[i] = random.uint32();
    if (words.every((word) => word === 0)) words[0] = 1;
    kernels.forestSeed(this.seedAt);
    if (params.draws) kernels.forestBootstrap(this.counts, rows, params.draws);
    this.clean();
    this.usePlan({ minWeight: 0, minGain: 0 });
    const inside = this.load();
    const weight = kernels.forestWeight(inside);
    this.usePlan({
      minWeight: params.minWeightFraction * weight,
      minGain: (params.minImpurityDecrease - EPSILON) * weight,
    });
    check();
    let count = kernels.forestRoot(inside, rows - inside, this.permutation);
    do {
      check();
      count = kernels.forestGrow(BUDGET);
    } while (count < 0);
    return { count, weight };
  }

  /** What kernels expect empty, and leave so. */
  private clean(): void {
    const { histogram, flags } = this.plan;
    this.arena.bytes(histogram, this.histogramBytes).fill(0);
    this.arena.bytes(flags, 256).fill(0);
  }

  private usePlan(limits: Pick<Plan, 'minWeight' | 'minGain'>): void {
    writePlan({ ...this.plan, ...limits }, this.arena.float64(this.planAt, PLAN_BYTES / 8));
    this.context.kernels.forestPlan(this.planAt);
  }

  /** The rows drawn, with their weights; returns how many. */
  private load(): number {
    const { kernels } = this.context;
    const { labels, centred, weights } = this.table;
    if (this.packed) return kernels.forestLoadPacked(this.counts, labels);
    if (this.factors) this.balance();
    return kernels.forestLoadWeighted(this.counts, weights, labels, centred, this.factors);
  }

  /** Factors that give the classes of this tree's draws equal weight: draws / (classes * draws of the class). */
  private balance(): void {
    const { classes } = this.context.args.params;
    const factors = this.arena.float64(this.factors, classes);
    this.context.kernels.forestClassCounts(this.counts, this.table.labels, classes, this.factors);
    let [draws, occurring] = [0, 0];
    for (const count of factors) {
      draws += count;
      occurring += count > 0 ? 1 : 0;
    }
    for (let k = 0; k < classes; k++) factors[k] = factors[k] > 0 ? draws / (occurring * factors[k]) : 0;
  }
}

/** Nodes a tree can have. */
function mostNodes({ params }: ForestJobArgs, rows: number): number {
  const byDepth = params.maxDepth < 30 ? 2 ** params.maxDepth : NO_LIMIT;
  return 2 * Math.min(rows, params.maxLeaves, byDepth) + 2;
}
