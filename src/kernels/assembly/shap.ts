// Shapley values of trees weighted by their training rows (path-dependent TreeSHAP; Lundberg et al., "From local explanations to global
// understanding with explainable AI for trees", Nature Machine Intelligence 2020).
// At a leaf of value v that player j's conditions on its path let through (o = 1) or not (o = 0), and a share z of the training rows passes
// them, player i is worth v (o_i - z_i) times the integral over t in [0, 1] of prod_{j != i} (z_j (1 - t) + o_j t): the integral over t of
// t^k (1 - t)^(d-1-k) is the Shapley weight k! (d-1-k)! / d!. The integrand is a polynomial of degree d - 1, which Gauss-Legendre
// quadrature of d / 2 points integrates exactly; products go down the tree point by point and sums of leaves come up, so that a
// row takes time in proportion to the nodes (as in Yu et al., "Linear TreeShap", NeurIPS 2022, there with polynomials), and all terms of a
// product are positive. What an edge multiplies by and what its player gets of the sum below are tables by edge and answer.

// A node, 64 bytes: byte offset of its slot in a row, f32 border, flags, player (of the tree), children where its condition fails and holds
// (byte offset of a node from the first, or ~leaf), its bitset's address and length in bits (categories that fail), the shares of its rows that go
// there, and the share that the player's earlier conditions on the path let through.
const NODE: usize = 64;
const MISSING: u32 = 1;
const EQUAL: u32 = 2;
const SET: u32 = 4;

// States of a player on the path: its conditions failed, all held, or it is known to hold (interactions).
const FAILED: u8 = 0;
const KNOWN: u8 = 2;

// What a walk is about. Globals are each worker's own.
let nodes: usize = 0;
let tables: usize = 0;
let values: usize = 0;
let row: usize = 0;
let worth: usize = 0;
let states: usize = 0;
/** Bytes of a vector of points; from one level's products to its sums, and to the next level's products. */
let width: usize = 0;

/** 1 where the condition of a node holds. */
// @ts-ignore: decorator
@inline
function holds(node: usize, row: usize): usize {
  const x = load<f32>(row + <usize>load<u32>(node));
  const flags = load<u32>(node, 8);
  if (flags < EQUAL) return <usize>(<u32>(x > load<f32>(node, 4)) | (flags & <u32>(x != x)));
  if (x != x) return <usize>(flags & MISSING);
  if (flags & EQUAL) return <usize>(x == load<f32>(node, 4));
  const bits = load<u32>(node, 28);
  if (!(x > -1 && x < <f32>bits)) return 1;
  const category = <u32>x;
  return <usize>(1 ^ ((load<u32>(<usize>load<u32>(node, 24) + (<usize>(category >> 5) << 2)) >>> (category & 31)) & 1));
}

/** Fills the tables of `count` nodes: for each side, (products where it is taken, worth there, products where it is not, worth there). */
export function shapTables(first: usize, count: i32, points: usize, n: i32, out: usize): void {
  for (let end = first + <usize>count * NODE; first < end; first += NODE) {
    const before = load<f64>(first, 48);
    for (let side: usize = 0; side < 2; side++) {
      const z = before * load<f64>(first + (side << 3), 32);
      const bytes = <usize>n << 3;
      for (let g: usize = 0; g < bytes; g += 8, out += 8) {
        const t = load<f64>(points + g), rest = 1 - t;
        const earlier = before * rest + t, now = z * rest + t;
        const undone = (1 - before) / earlier;
        store<f64>(out, now / earlier);
        store<f64>(out + bytes, (1 - z) / now - undone);
        store<f64>(out + 2 * bytes, z * rest / earlier);
        store<f64>(out + 3 * bytes, -1 / rest - undone);
      }
      out += 3 * bytes;
    }
  }
}

/** Values of the leaves below a node, times its products: into the sums of the level at `p`. Players get their worth. */
function descend(node: usize, p: usize): void {
  const bytes = width;
  const sums = p + bytes, next = sums + bytes;
  const yes = holds(node, row);
  const player = <usize>load<u32>(node, 12);
  const state = states + player;
  const known = load<u8>(state);
  const zero = f64x2.splat(0);
  for (let g: usize = 0; g < bytes; g += 16) v128.store(sums + g, zero);
  let table = tables + ((node - nodes) >> 3) * bytes;
  for (let side: usize = 0; side < 2; side++, table += 4 * bytes) {
    const taken = side == yes;
    const child = load<i32>(node + (side << 2), 16);
    if (known == 1) {
      const share = load<f64>(node + (side << 3), 32);
      if (!taken && share == 0) continue;
      const product = taken ? table : table + 2 * bytes;
      let total = zero;
      if (child < 0) {
        const value = f64x2.splat(load<f64>(values + (<usize>~child << 3)));
        for (let g: usize = 0; g < bytes; g += 16) {
          const part = f64x2.mul(value, f64x2.mul(v128.load(p + g), v128.load(product + g)));
          v128.store(sums + g, f64x2.add(v128.load(sums + g), part));
          total = f64x2.add(total, f64x2.mul(part, v128.load(product + bytes + g)));
        }
      } else {
        for (let g: usize = 0; g < bytes; g += 16) {
          v128.store(next + g, f64x2.mul(v128.load(p + g), v128.load(product + g)));
        }
        if (!taken) store<u8>(state, FAILED);
        descend(nodes + <usize>child, next);
        store<u8>(state, known);
        for (let g: usize = 0; g < bytes; g += 16) {
          const part = v128.load(next + bytes + g);
          v128.store(sums + g, f64x2.add(v128.load(sums + g), part));
          total = f64x2.add(total, f64x2.mul(part, v128.load(product + bytes + g)));
        }
      }
      const own = worth + (player << 3);
      store<f64>(own, load<f64>(own) + (f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1)));
      continue;
    }
    // What failed, or is known, changes nothing any more for its player.
    if (known == KNOWN && !taken) continue;
    const share = known == KNOWN ? 1 : load<f64>(node + (side << 3), 32);
    if (share == 0) continue;
    if (child < 0) {
      const value = f64x2.splat(load<f64>(values + (<usize>~child << 3)) * share);
      for (let g: usize = 0; g < bytes; g += 16) {
        v128.store(sums + g, f64x2.add(v128.load(sums + g), f64x2.mul(value, v128.load(p + g))));
      }
    } else {
      const factor = f64x2.splat(share);
      for (let g: usize = 0; g < bytes; g += 16) v128.store(next + g, f64x2.mul(v128.load(p + g), factor));
      descend(nodes + <usize>child, next);
      for (let g: usize = 0; g < bytes; g += 16) {
        v128.store(sums + g, f64x2.add(v128.load(sums + g), v128.load(next + bytes + g)));
      }
    }
  }
}

/**
 * Sets what the following walks are about: a tree's nodes, their tables, the leaf values of one output, `n` (even) points, room for
 * (2 * n) f64 a level with the weights of the points in the first n, room for an f64 a player, then a byte a player.
 */
export function shapTree(first: usize, table: usize, leaves: usize, n: i32, own: usize, ownStates: usize): void {
  nodes = first;
  tables = table;
  values = leaves;
  width = <usize>n << 3;
  worth = own;
  states = ownStates;
}

/** Adds the worth of a tree's `count` players, numbers at `players`, for each row of slots to its row of `out`; rows are bytes apart. */
export function shapRows(
  players: usize, count: i32, x: usize, stride: usize, rows: i32, levels: usize, out: usize, outStride: usize,
): void {
  for (; rows > 0; rows--, x += stride, out += outStride) {
    row = x;
    memory.fill(worth, 0, <usize>count << 3);
    memory.fill(states, 1, <usize>count);
    descend(nodes, levels);
    for (let k: usize = 0; k < <usize>count; k++) {
      const at = out + (<usize>load<u32>(players + (k << 2)) << 3);
      store<f64>(at, load<f64>(at) + load<f64>(worth + (k << 3)));
    }
  }
}

/**
 * The same for pairs: adds half of what player i's worth changes by when player j > i is known, to `out` (rows, all players, all
 * players) at [i][j], players numbered as a tree numbers them, which is in ascending order. `other`: room for an f64 a player.
 */
export function shapPairs(
  players: usize, count: i32, x: usize, stride: usize, rows: i32, levels: usize, other: usize, all: usize, out: usize, outStride: usize,
): void {
  for (; rows > 0; rows--, x += stride, out += outStride) {
    row = x;
    for (let j: usize = 1; j < <usize>count; j++) {
      for (let known: u8 = FAILED; known <= KNOWN; known += KNOWN) {
        memory.copy(other, worth, j << 3);
        memory.fill(worth, 0, <usize>count << 3);
        memory.fill(states, 1, <usize>count);
        store<u8>(states + j, known);
        descend(nodes, levels);
      }
      const column = <usize>load<u32>(players + (j << 2));
      for (let i: usize = 0; i < j; i++) {
        const at = out + ((<usize>load<u32>(players + (i << 2)) * all + column) << 3);
        store<f64>(at, load<f64>(at) + 0.5 * (load<f64>(worth + (i << 3)) - load<f64>(other + (i << 3))));
      }
    }
  }
}

/** Answers of `count` nodes to each row of slots, a byte each: `out` is (rows, count). */
export function shapAnswers(first: usize, count: i32, x: usize, stride: usize, rows: i32, out: usize): void {
  const end = first + <usize>count * NODE;
  for (; rows > 0; rows--, x += stride) {
    for (let node = first; node < end; node += NODE, out++) store<u8>(out, <u8>holds(node, x));
  }
}

/**
 * Adds (leaves, count) worth of a symmetric tree's players, at the leaf that each row's answers to `levels` nodes name; the node of
 * level d is number 2^d - 1.
 */
export function shapLeaves(
  first: usize, levels: i32, table: usize, players: usize, count: i32, x: usize, stride: usize, rows: i32, out: usize, outStride: usize,
): void {
  for (; rows > 0; rows--, x += stride, out += outStride) {
    let leaf: usize = 0;
    for (let d: usize = 0; d < <usize>levels; d++) leaf = leaf << 1 | holds(first + ((<usize>1 << d) - 1) * NODE, x);
    const own = table + ((leaf * <usize>count) << 3);
    for (let k: usize = 0; k < <usize>count; k++) {
      const at = out + (<usize>load<u32>(players + (k << 2)) << 3);
      store<f64>(at, load<f64>(at) + load<f64>(own + (k << 3)));
    }
  }
}
