/** Trees laid out for the kernels that explain (kernels/assembly/shap.ts), in shared memory, and what they say on average. */
import { InvalidInputError } from '../core/errors.js';
import { Turns } from '../core/turns.js';
import type { ExplainedTree } from '../model/explanation.js';

export const NODE_BYTES = 64;
const MISSING = 1;
const EQUAL = 2;
const SET = 4;
/** The kernels go down a tree by calling themselves. */
const MOST_DEPTH = 2000;
/** Where an image begins in a job's memory must be known for the addresses of bitsets; they are relative until then. */
const MOST_BYTES = 2 ** 31;

/** Where a tree lies in the image, in bytes from its begin. */
export interface TreePlace {
  readonly nodes: number;
  readonly nodeCount: number;
  /** (width, leaves) */
  readonly values: number;
  readonly leafCount: number;
  readonly width: number;
  readonly output: number;
  /** Numbers of the tree's players, ascending. */
  readonly players: number;
  readonly playerCount: number;
  /** Nodes on the longest path, and the most different players on one. */
  readonly depth: number;
  readonly pathPlayers: number;
  readonly levels?: number;
}

export interface TreeImage {
  readonly bytes: SharedArrayBuffer;
  readonly places: readonly TreePlace[];
  /** Nodes whose bitset's address is relative to the image's begin: byte offsets. */
  readonly sets: Uint32Array;
  /** (outputs,) sums of the trees' means over their training rows. */
  readonly means: Float64Array;
}

/** @throws InvalidInputError - trees too deep or too many to be explained at once */
export async function layOutTrees(trees: readonly ExplainedTree[], outputs: number): Promise<TreeImage> {
  const sizes = trees.map(sizeOf);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total > MOST_BYTES) {
    throw new InvalidInputError(`shapValues: the model's trees take ${Math.ceil(total / 2 ** 20)} MiB`, {
      hint: 'Train with fewer or smaller trees to explain the model; 2 GiB is the most.',
    });
  }
  const bytes = new SharedArrayBuffer(Math.max(8, total));
  const means = new Float64Array(outputs);
  const sets: number[] = [];
  const places: TreePlace[] = [];
  const turns = new Turns();
  let at = 0;
  for (const [t, tree] of trees.entries()) {
    places.push(new TreeWriter(tree, bytes, at, means, sets).write());
    at += sizes[t];
    await turns.pause();
  }
  return { bytes, places, sets: Uint32Array.from(sets), means };
}

const align = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/** Room for nodes, values, players (at most one a node) and bitsets. */
function sizeOf({ slot, values, sets }: ExplainedTree): number {
  const words = sets?.reduce((sum, set) => sum + (set?.length ?? 0), 0) ?? 0;
  return slot.length * NODE_BYTES + align(values.byteLength) + align(slot.length * 4) + align(words * 4);
}

class TreeWriter {
  private readonly ints: Int32Array;
  private readonly floats: Float32Array;
  private readonly doubles: Float64Array;
  private readonly valuesAt: number;
  private readonly playersAt: number;
  private setsAt: number;
  private readonly players: number[];
  private readonly local: Map<number, number>;
  /** Share of the rows that each player's conditions on the path let through, and how many there are. */
  private readonly share: Float64Array;
  private readonly conditions: Int32Array;
  private depth = 0;
  private pathPlayers = 0;

  constructor(
    private readonly tree: ExplainedTree,
    bytes: SharedArrayBuffer,
    private readonly at: number,
    private readonly means: Float64Array,
    private readonly sets: number[],
  ) {
    this.ints = new Int32Array(bytes);
    this.floats = new Float32Array(bytes);
    this.doubles = new Float64Array(bytes);
    this.valuesAt = at + tree.slot.length * NODE_BYTES;
    this.playersAt = this.valuesAt + align(tree.values.byteLength);
    this.setsAt = this.playersAt + align(tree.slot.length * 4);
    this.players = [...new Set(tree.player)].sort((a, b) => a - b);
    this.local = new Map(this.players.map((player, k) => [player, k]));
    this.share = new Float64Array(this.players.length).fill(1);
    this.conditions = new Int32Array(this.players.length);
  }

  write(): TreePlace {
    const { tree, at } = this;
    const { slot, values, width, output, levels } = tree;
    const leafCount = slot.length + 1;
    for (let i = 0; i < leafCount; i++) {
      for (let w = 0; w < width; w++) this.doubles[this.valuesAt / 8 + w * leafCount + i] = values[i * width + w];
    }
    this.ints.set(this.players, this.playersAt / 4);
    this.descend(slot.length > 0 ? 0 : ~0, 1, 0, 0);
    return {
      nodes: at,
      nodeCount: slot.length,
      values: this.valuesAt,
      leafCount,
      width,
      output,
      players: this.playersAt,
      playerCount: this.players.length,
      depth: this.depth,
      pathPlayers: this.pathPlayers,
      ...(levels === undefined ? {} : { levels }),
    };
  }

  /** `part`: share of the training rows that get there. */
  private descend(node: number, part: number, depth: number, onPath: number): void {
    const { tree, means, share, conditions } = this;
    if (node < 0) {
      const { values, width, output } = tree;
      for (let w = 0; w < width; w++) means[output + w] += part * values[~node * width + w];
      return;
    }
    if (depth >= MOST_DEPTH) {
      throw new InvalidInputError(`shapValues: a tree is more than ${MOST_DEPTH} nodes deep`, {
        hint: 'Limit the depth of the trees in training.',
      });
    }
    this.depth = Math.max(this.depth, depth + 1);
    const player = this.local.get(tree.player[node]) ?? 0;
    const players = onPath + (conditions[player] === 0 ? 1 : 0);
    this.pathPlayers = Math.max(this.pathPlayers, players);
    const before = share[player];
    conditions[player]++;
    const sides = this.writeNode(node, player, before);
    for (const [side, own] of sides.entries()) {
      share[player] = before * own;
      this.descend(tree.children[2 * node + side], part * own, depth + 1, players);
    }
    share[player] = before;
    conditions[player]--;
  }

  /** Returns the shares of the node's rows on both sides. */
  private writeNode(node: number, player: number, before: number): [number, number] {
    const { tree, ints, floats, doubles } = this;
    const begin = this.at + node * NODE_BYTES;
    const word = begin / 4;
    const set = tree.sets?.[node];
    const sides: [number, number] = [this.shareOf(node, 0), this.shareOf(node, 1)];
    ints[word] = tree.slot[node] * 4;
    floats[word + 1] = tree.border[node];
    ints[word + 2] = (tree.missing[node] ? MISSING : 0) | (tree.equal?.[node] ? EQUAL : 0) | (set ? SET : 0);
    ints[word + 3] = player;
    for (const side of [0, 1]) {
      const child = tree.children[2 * node + side];
      ints[word + 4 + side] = child < 0 ? child : child * NODE_BYTES;
      doubles[begin / 8 + 4 + side] = sides[side];
    }
    doubles[begin / 8 + 6] = before;
    if (set) {
      ints.set(set, this.setsAt / 4);
      ints[word + 6] = this.setsAt;
      ints[word + 7] = set.length * 32;
      this.sets.push(begin);
      this.setsAt += set.length * 4;
    }
    return sides;
  }

  /** Of rows that nothing is known of, each side gets half. */
  private shareOf(node: number, side: number): number {
    const { children, nodeCover, leafCover } = this.tree;
    const child = children[2 * node + side];
    const share = (child < 0 ? leafCover[~child] : nodeCover[child]) / nodeCover[node];
    return Number.isFinite(share) ? share : 0.5;
  }
}
