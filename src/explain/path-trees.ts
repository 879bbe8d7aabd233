/** Path-dependent TreeSHAP in one worker: trees weighted by their training rows. The kernel says how (assembly/shap.ts). */
import type { Arena } from '../kernels/arena.js';
import type { JobContext } from '../kernels/job.js';
import { gaussLegendre } from './quadrature.js';
import { NODE_BYTES, type TreeImage, type TreePlace } from './tree-image.js';
import type { WorthBlock } from './worth-block.js';

interface Shape {
  readonly image: TreeImage;
  readonly slotCount: number;
  readonly rows: number;
  readonly outputs: number;
  readonly players: number;
}

/** Tables of all trees together are kept up to here; larger ones are filled anew for each block of rows. */
const MOST_KEPT = 2 ** 27;
/** Worth by leaf of symmetric trees, all together. */
const MOST_LEAVES = 2 ** 28;
/** Beyond so many levels rows are walked: a table takes the square of the leaves. */
const MOST_LEVELS = 10;

/** An even number of points that is enough for a tree. */
const pointsOf = ({ pathPlayers }: TreePlace): number => Math.max(2, 2 * Math.ceil(pathPlayers / 4));
const tableBytes = (place: TreePlace): number => place.nodeCount * pointsOf(place) * 64;

export class PathTrees {
  /** Of each number of points: address of the points, then of their weights. */
  private readonly points = new Map<number, number>();
  private readonly kept = new Map<TreePlace, number>();
  private readonly byLeaf = new Map<TreePlace, number>();
  private readonly ownTable: number;
  private readonly levels: number;
  private readonly worth: number;
  private readonly states: number;
  private readonly other: number;
  private readonly scratch: number;

  /** All workers make one. */
  constructor(
    private readonly context: JobContext<Shape>,
    private readonly arena: Arena,
    private readonly imageAt: number,
    block: number,
  ) {
    const { places } = context.args.image;
    const walked = this.chooseByLeaf(block);
    const most = (of: (place: TreePlace) => number) => places.reduce((size, place) => Math.max(size, of(place)), 0);
    for (const n of new Set(places.map(pointsOf))) this.points.set(n, arena.alloc(2 * n * 8));
    const keeps = walked.reduce((sum, place) => sum + tableBytes(place), 0) <= MOST_KEPT;
    if (keeps) for (const place of walked) this.kept.set(place, arena.alloc(tableBytes(place)));
    this.ownTable = arena.allocEach(most((place) => (this.kept.has(place) ? 0 : tableBytes(place))));
    this.levels = arena.allocEach(most((place) => (place.depth + 1) * 2 * pointsOf(place) * 8));
    this.worth = arena.allocEach(most((place) => place.playerCount * 8));
    this.other = arena.allocEach(most((place) => place.playerCount * 8));
    this.states = arena.allocEach(most((place) => place.playerCount));
    this.scratch = arena.allocEach(most((place) => (this.byLeaf.has(place) ? scratchBytes(place) : 0)));
  }

  /** Fills what all workers share; barriers. */
  prepare(): void {
    const { context, arena } = this;
    arena.commit();
    if (context.thread === 0) {
      for (const [n, at] of this.points) {
        const { points, weights } = gaussLegendre(n);
        arena.float64(at, n).set(points);
        arena.float64(at + n * 8, n).set(weights);
      }
    }
    context.barrier();
    const tasks = [...this.kept.keys(), ...this.byLeaf.keys()];
    for (let at = context.nextUnit(); at < tasks.length; at = context.nextUnit()) {
      context.check();
      const place = tasks[at];
      const table = this.kept.get(place);
      if (table !== undefined) this.fillTable(place, this.imageAt + place.nodes, table);
      else this.fillByLeaf(place);
    }
    context.barrier();
  }

  /** Adds the worth of a tree's players for `count` rows of slots at `x`. */
  add(place: TreePlace, x: number, count: number, block: WorthBlock): void {
    const { kernels, args } = this.context;
    const { slotCount, players } = args;
    const { singleStride, pairStride } = block;
    const nodes = this.imageAt + place.nodes;
    const names = this.imageAt + place.players;
    const stride = slotCount * 4;
    const table = this.byLeaf.get(place);
    if (table === undefined || block.pairs) this.aim(place);
    for (let w = 0; w < place.width; w++) {
      const out = block.single + (place.output + w) * players * 8;
      const { playerCount } = place;
      if (table !== undefined) {
        const own = table + w * 2 ** (place.levels ?? 0) * playerCount * 8;
        kernels.shapLeaves(nodes, place.levels ?? 0, own, names, playerCount, x, stride, count, out, singleStride);
      }
      if (table !== undefined && !block.pairs) continue;
      this.setTree(place, nodes, this.kept.get(place) ?? this.ownTable, w);
      if (table === undefined) kernels.shapRows(names, playerCount, x, stride, count, this.levels, out, singleStride);
      if (!block.pairs) continue;
      const pairs = block.pairs + (place.output + w) * players * players * 8;
      kernels.shapPairs(names, playerCount, x, stride, count, this.levels, this.other, players, pairs, pairStride);
    }
  }

  /** Symmetric trees whose worth is looked up by leaf; returns the others. */
  private chooseByLeaf(block: number): TreePlace[] {
    const { places } = this.context.args.image;
    const { rows } = this.context.args;
    let left = MOST_LEAVES;
    return places.filter((place) => {
      const { levels, playerCount, width } = place;
      const bytes = 2 ** (levels ?? 0) * playerCount * width * 8;
      const worthIt =
        levels !== undefined && levels > 0 && levels <= MOST_LEVELS && 2 ** levels <= Math.max(block, rows);
      if (!worthIt || bytes > left) return place.nodeCount > 0;
      left -= bytes;
      this.byLeaf.set(place, this.arena.alloc(bytes));
      return false;
    });
  }

  private fillTable(place: TreePlace, nodes: number, table: number): void {
    const n = pointsOf(place);
    this.context.kernels.shapTables(nodes, place.nodeCount, this.points.get(n) ?? 0, n, table);
  }

  /** Makes sure that a tree's tables are there. */
  private aim(place: TreePlace): void {
    if (!this.kept.has(place)) this.fillTable(place, this.imageAt + place.nodes, this.ownTable);
  }

  private setTree(place: TreePlace, nodes: number, table: number, w: number): void {
    const n = pointsOf(place);
    const values = this.imageAt + place.values + w * place.leafCount * 8;
    this.context.kernels.shapTree(nodes, table, values, n, this.worth, this.states);
    // The products before the root: the weights of the points.
    const weights = (this.points.get(n) ?? 0) + n * 8;
    this.arena.float64(this.levels, n).set(this.arena.float64(weights, n));
  }

  /** Walks every combination of answers once, as rows of one slot a level. */
  private fillByLeaf(place: TreePlace): void {
    const { arena, context, scratch } = this;
    const { levels = 0, nodeCount, playerCount, width } = place;
    const leaves = 2 ** levels;
    const nodes = scratch;
    const rows = nodes + nodeCount * NODE_BYTES;
    const names = rows + leaves * levels * 4;
    arena.bytes(nodes, nodeCount * NODE_BYTES).set(arena.bytes(this.imageAt + place.nodes, nodeCount * NODE_BYTES));
    const words = arena.uint32(nodes, nodeCount * 16);
    const borders = arena.float32(nodes, nodeCount * 16);
    for (let i = 0; i < nodeCount; i++) {
      words[16 * i] = 4 * (31 - Math.clz32(i + 1));
      borders[16 * i + 1] = 0.5;
      words[16 * i + 2] = 0;
    }
    const answers = arena.float32(rows, leaves * levels);
    for (let leaf = 0; leaf < leaves; leaf++) {
      for (let d = 0; d < levels; d++) answers[leaf * levels + d] = (leaf >> (levels - 1 - d)) & 1;
    }
    arena.uint32(names, playerCount).set(Array.from({ length: playerCount }, (_, k) => k));
    this.fillTable(place, nodes, this.ownTable);
    const size = leaves * playerCount * 8;
    const table = this.byLeaf.get(place) ?? 0;
    for (let w = 0; w < width; w++) {
      this.setTree(place, nodes, this.ownTable, w);
      const out = table + w * size;
      arena.bytes(out, size).fill(0);
      context.kernels.shapRows(names, playerCount, rows, levels * 4, leaves, this.levels, out, playerCount * 8);
    }
  }
}

function scratchBytes({ nodeCount, levels = 0, playerCount }: TreePlace): number {
  return nodeCount * NODE_BYTES + 2 ** levels * levels * 4 + playerCount * 4;
}
