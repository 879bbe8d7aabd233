/** Shapley values and interactions by their definitions: every subset of the players, a game's value of each asked for. */
import type { ExplainedTree, TreeExplanation } from '../../src/model/explanation.js';

/** What a coalition (a bit a player) is worth. */
export type Game = (coalition: number) => number;

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
const sizeOf = (coalition: number): number => coalition.toString(2).replaceAll('0', '').length;

/** (players,) Shapley (1953). */
export function shapley(game: Game, players: number): number[] {
  return Array.from({ length: players }, (_, i) => {
    let sum = 0;
    for (let s = 0; s < 2 ** players; s++) {
      if (s & (1 << i)) continue;
      const size = sizeOf(s);
      const weight = (factorial(size) * factorial(players - size - 1)) / factorial(players);
      sum += weight * (game(s | (1 << i)) - game(s));
    }
    return sum;
  });
}

/** (players, players) Grabisch and Roubens (1999), each pair's index in two halves; the diagonal is what is left of a player's value. */
export function shapleyInteractions(game: Game, players: number): number[][] {
  const single = shapley(game, players);
  const matrix = Array.from({ length: players }, () => new Array<number>(players).fill(0));
  for (let i = 0; i < players; i++) {
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let s = 0; s < 2 ** players; s++) {
        if (s & ((1 << i) | (1 << j))) continue;
        const size = sizeOf(s);
        const weight = (factorial(size) * factorial(players - size - 2)) / (2 * factorial(players - 1));
        sum += weight * (game(s | (1 << i) | (1 << j)) - game(s | (1 << i)) - game(s | (1 << j)) + game(s));
      }
      matrix[i][j] = matrix[j][i] = sum;
    }
  }
  for (let i = 0; i < players; i++) matrix[i][i] = 2 * single[i] - matrix[i].reduce((a, b) => a + b, single[i]);
  return matrix;
}

/** What output k says of a row of which the coalition's values are known, the others by the shares of the training rows. */
export function pathGame(model: TreeExplanation, row: ArrayLike<number>, k: number): Game {
  return (coalition) => {
    let sum = 0;
    for (let t = 0; t < model.treeCount; t++) {
      const tree = model.tree(t);
      if (k < tree.output || k >= tree.output + tree.width) continue;
      sum += expectation(tree, tree.slot.length > 0 ? 0 : -1, row, coalition, k);
    }
    return model.start[k] + model.scale * sum;
  };
}

function expectation(tree: ExplainedTree, node: number, row: ArrayLike<number>, coalition: number, k: number): number {
  if (node < 0) return tree.values[~node * tree.width + k - tree.output];
  const [no, yes] = [tree.children[2 * node], tree.children[2 * node + 1]];
  const below = (child: number) => expectation(tree, child, row, coalition, k);
  if (coalition & (1 << tree.player[node])) return below(holds(tree, node, row[tree.slot[node]]) ? yes : no);
  // Where no training row came, both sides count alike.
  const total = tree.nodeCover[node];
  const cover = (child: number) =>
    total === 0 ? 0.5 : (child < 0 ? tree.leafCover[~child] : tree.nodeCover[child]) / total;
  return cover(no) * below(no) + cover(yes) * below(yes);
}

function holds(tree: ExplainedTree, node: number, value: number): boolean {
  if (Number.isNaN(value)) return tree.missing[node] === 1;
  const set = tree.sets?.[node];
  if (set) return !(value >= 0 && value < 32 * set.length && (set[value >> 5] >>> (value & 31)) & 1);
  return tree.equal?.[node] ? value === tree.border[node] : value > tree.border[node];
}
