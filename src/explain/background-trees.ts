/** Interventional TreeSHAP in one worker: trees beside background rows. The kernel says how (assembly/shap-background.ts). */
import type { Arena } from '../kernels/arena.js';
import type { JobContext } from '../kernels/job.js';
import type { TreeImage, TreePlace } from './tree-image.js';
import type { WorthBlock } from './worth-block.js';

interface Shape {
  readonly image: TreeImage;
  readonly slotCount: number;
  readonly players: number;
  readonly background?: { readonly slots: Float32Array; readonly rows: number };
}

export class BackgroundTrees {
  private readonly m: number;
  private readonly background: number;
  private readonly weights: number;
  /** Shapley weights are by numbers of players below it. */
  private readonly side: number;
  private readonly mine: number;
  private readonly theirs: number;
  private readonly worth: number;
  private readonly states: number;
  private readonly lists: number;

  /** All workers make one. */
  constructor(
    private readonly context: JobContext<Shape>,
    private readonly arena: Arena,
    private readonly imageAt: number,
    block: number,
  ) {
    const { image, background, slotCount } = context.args;
    const most = (of: (place: TreePlace) => number) => image.places.reduce((n, place) => Math.max(n, of(place)), 0);
    const players = most(({ playerCount }) => playerCount);
    this.m = background?.rows ?? 0;
    this.side = most(({ pathPlayers }) => pathPlayers) + 1;
    this.background = arena.alloc(this.m * slotCount * 4);
    this.weights = arena.alloc(this.side * this.side * 8);
    const nodes = most(({ nodeCount }) => nodeCount);
    this.mine = arena.allocEach(block * nodes);
    this.theirs = arena.allocEach(this.m * nodes);
    this.worth = arena.allocEach(players * players * 8);
    this.states = arena.allocEach(players);
    this.lists = arena.allocEach(2 * this.side * 4);
  }

  /** Barriers. */
  prepare(): void {
    const { arena, context, side } = this;
    arena.commit();
    const { background, slotCount } = context.args;
    if (context.thread === 0 && background) {
      arena.float32(this.background, this.m * slotCount).set(background.slots);
      const weights = arena.float64(this.weights, side * side);
      // i! j! / (i + j + 1)!
      for (let j = 0; j < side; j++) {
        weights[j] = 1 / (j + 1);
        for (let i = 1; i < side; i++) weights[i * side + j] = (weights[(i - 1) * side + j] * i) / (i + j + 1);
      }
    }
    context.barrier();
  }

  /** Adds the worth of a tree's players, summed over the background, for `count` rows of slots at `x`. */
  add(place: TreePlace, x: number, count: number, block: WorthBlock): void {
    const { kernels, args } = this.context;
    const { m, mine, theirs, worth, states, imageAt, lists, side } = this;
    const { slotCount, players } = args;
    const { nodeCount, playerCount } = place;
    const nodes = imageAt + place.nodes;
    const names = imageAt + place.players;
    kernels.shapAnswers(nodes, nodeCount, x, slotCount * 4, count, mine);
    kernels.shapAnswers(nodes, nodeCount, this.background, slotCount * 4, m, theirs);
    for (let w = 0; w < place.width; w++) {
      const values = imageAt + place.values + w * place.leafCount * 8;
      kernels.shapBackgroundTree(nodes, values, worth, states, this.weights, side, lists);
      const k = place.output + w;
      const out = block.single + k * players * 8;
      kernels.shapBackgroundRows(nodeCount, names, playerCount, mine, count, theirs, m, out, block.singleStride);
      if (!block.pairs) continue;
      const pairs = block.pairs + k * players * players * 8;
      const { pairStride } = block;
      kernels.shapBackgroundPairs(nodeCount, names, playerCount, mine, count, theirs, m, players, pairs, pairStride);
    }
  }
}
