// Shapley values of a tree beside background rows (interventional TreeSHAP; Lundberg et al. 2020): a player that is not known has the
// background row's value. Only where the two rows part do both sides count: a leaf that a of the players reach by the row's values alone and b by the background's
// alone is worth (a-1)! b! / (a+b)! of its value to each of the a, and minus a! (b-1)! / (a+b)! to each of the b.

const NODE: usize = 64;
/** Whose value a player has on the path, once the rows parted at a condition of it. */
const OWN: u8 = 1;
const OTHER: u8 = 2;

let nodes: usize = 0;
let values: usize = 0;
/** Answers of the row and of the background row, a byte a node. */
let answers: usize = 0;
let others: usize = 0;
let worth: usize = 0;
let states: usize = 0;
/** i! j! / (i+j+1)! at [i][j], rows `side` long. */
let weights: usize = 0;
let side: usize = 0;
/** What the leaves below are worth to a player whose value is the row's, and (negative) the background's. */
let gained: f64 = 0;
let lost: f64 = 0;
/** Players in each state: their numbers, one list after the other. */
let owned: usize = 0;
let lent: usize = 0;

// @ts-ignore: decorator
@inline
function weight(i: usize, j: usize): f64 {
  return load<f64>(weights + ((i * side + j) << 3));
}

function part(node: usize, a: usize, b: usize): void {
  for (;;) {
    const at = (node - nodes) >> 6;
    const mine = <usize>load<u8>(answers + at), theirs = <usize>load<u8>(others + at);
    let way = mine;
    if (mine != theirs) {
      const player = <usize>load<u32>(node, 12);
      const state = load<u8>(states + player);
      if (state == 0) {
        store<u8>(states + player, OWN);
        reach(load<i32>(node + (mine << 2), 16), a + 1, b);
        const gain = gained, loss = lost;
        store<u8>(states + player, OTHER);
        reach(load<i32>(node + (theirs << 2), 16), a, b + 1);
        store<u8>(states + player, 0);
        const own = worth + (player << 3);
        store<f64>(own, load<f64>(own) + (gain + lost));
        gained += gain;
        lost += loss;
        return;
      }
      if (state == OTHER) way = theirs;
    }
    const child = load<i32>(node + (way << 2), 16);
    if (child < 0) {
      reach(child, a, b);
      return;
    }
    node = nodes + <usize>child;
  }
}

function reach(child: i32, a: usize, b: usize): void {
  if (child >= 0) {
    part(nodes + <usize>child, a, b);
    return;
  }
  const value = load<f64>(values + (<usize>~child << 3));
  gained = a > 0 ? value * weight(a - 1, b) : 0;
  lost = b > 0 ? -value * weight(a, b - 1) : 0;
}

/** See the globals. `lists`: room for two i32 a player. */
export function shapBackgroundTree(
  first: usize, leaves: usize, own: usize, ownStates: usize, table: usize, tableSide: i32, lists: usize,
): void {
  nodes = first;
  values = leaves;
  worth = own;
  states = ownStates;
  weights = table;
  side = <usize>tableSide;
  owned = lists;
  lent = lists + (<usize>tableSide << 2);
}

/**
 * Adds the sum over `m` background rows of the worth of a tree's `count` players, numbers at `players`, for each row to its row of `out`. `mine` and `theirs` are
 * the answers of the tree's `size` nodes to the rows and to the background.
 */
export function shapBackgroundRows(
  size: i32, players: usize, count: i32, mine: usize, rows: i32, theirs: usize, m: i32, out: usize, outStride: usize,
): void {
  for (; rows > 0; rows--, mine += <usize>size, out += outStride) {
    memory.fill(worth, 0, <usize>count << 3);
    memory.fill(states, 0, <usize>count);
    answers = mine;
    others = theirs;
    for (let r = m; r > 0; r--, others += <usize>size) part(nodes, 0, 0);
    for (let k: usize = 0; k < <usize>count; k++) {
      const at = out + (<usize>load<u32>(players + (k << 2)) << 3);
      store<f64>(at, load<f64>(at) + load<f64>(worth + (k << 3)));
    }
  }
}

/** Two players of one list, or of both. */
// @ts-ignore: decorator
@inline
function addPair(i: u32, j: u32, count: usize, value: f64): void {
  const at = worth + ((<usize>min(i, j) * count + <usize>max(i, j)) << 3);
  store<f64>(at, load<f64>(at) + value);
}

function partPairs(child: i32, a: usize, b: usize, count: usize): void {
  if (child < 0) {
    const value = 0.5 * load<f64>(values + (<usize>~child << 3));
    const both = a > 1 ? value * weight(a - 2, b) : 0;
    for (let i: usize = 1; i < a; i++) {
      for (let j: usize = 0; j < i; j++) addPair(load<u32>(owned + (i << 2)), load<u32>(owned + (j << 2)), count, both);
    }
    const none = b > 1 ? value * weight(a, b - 2) : 0;
    for (let i: usize = 1; i < b; i++) {
      for (let j: usize = 0; j < i; j++) addPair(load<u32>(lent + (i << 2)), load<u32>(lent + (j << 2)), count, none);
    }
    const mixed = a > 0 && b > 0 ? -value * weight(a - 1, b - 1) : 0;
    for (let i: usize = 0; i < a; i++) {
      for (let j: usize = 0; j < b; j++) addPair(load<u32>(owned + (i << 2)), load<u32>(lent + (j << 2)), count, mixed);
    }
    return;
  }
  const node = nodes + <usize>child, at = <usize>child >> 6;
  const mine = <usize>load<u8>(answers + at), theirs = <usize>load<u8>(others + at);
  const player = load<u32>(node, 12);
  const state = load<u8>(states + <usize>player);
  if (mine == theirs || state != 0) {
    partPairs(load<i32>(node + ((state == OTHER ? theirs : mine) << 2), 16), a, b, count);
    return;
  }
  store<u8>(states + <usize>player, OWN);
  store<u32>(owned + (a << 2), player);
  partPairs(load<i32>(node + (mine << 2), 16), a + 1, b, count);
  store<u8>(states + <usize>player, OTHER);
  store<u32>(lent + (b << 2), player);
  partPairs(load<i32>(node + (theirs << 2), 16), a, b + 1, count);
  store<u8>(states + <usize>player, 0);
}

/** The same for pairs i < j: `worth` has room for count^2, `out` rows are (all players, all players). */
export function shapBackgroundPairs(
  size: i32, players: usize, count: i32, mine: usize, rows: i32, theirs: usize, m: i32, all: usize, out: usize, outStride: usize,
): void {
  const n = <usize>count;
  for (; rows > 0; rows--, mine += <usize>size, out += outStride) {
    memory.fill(worth, 0, (n * n) << 3);
    memory.fill(states, 0, n);
    answers = mine;
    others = theirs;
    for (let r = m; r > 0; r--, others += <usize>size) partPairs(0, 0, 0, n);
    for (let i: usize = 0; i < n; i++) {
      const line = <usize>load<u32>(players + (i << 2)) * all;
      for (let j = i + 1; j < n; j++) {
        const at = out + ((line + <usize>load<u32>(players + (j << 2))) << 3);
        store<f64>(at, load<f64>(at) + load<f64>(worth + ((i * n + j) << 3)));
      }
    }
  }
}
