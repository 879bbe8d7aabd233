// Raw scores of a block of up to 384 rows by trees that test thresholds.
// Every value is a byte by now (prediction-bins.ts): the number of its column's thresholds that it exceeds. A condition
// `x > threshold` is then a comparison of bytes, of 16 rows at once. Trees of not too many leaves are not walked: every node a row goes right at rules out the
// leaves on its left, and the first leaf that remains is the row's (Lucchese et al., "QuickScorer", SIGIR 2015; "Exploiting CPU SIMD
// Extensions to Speed-up Document Scoring with Tree Ensembles", SIGIR 2016), here eight leaves at a time. The conditions of a
// symmetric tree are the bits of the leaf's number. Large trees are walked on the values themselves, four rows at a time.
// Sums are f64, tree by tree, so that they do not depend on the way.

/** Rows of a block, and bytes from one column of bins to the next. */
const ROWS: usize = 384;
/** Rows whose leaves are found at a time. */
const PASS: usize = 96;
/** From the bits of leaves that remain to the number of groups before them. */
const SKIPPED: usize = 384;

// Kinds of trees; 16 bytes a tree: kind, number of its groups or conditions, where they and the leaf values lie in the image.
const BITS: i32 = 0;
const SYMMETRIC: i32 = 1;
const WALK: i32 = 2;
const TREE: usize = 16;

// @ts-ignore: decorator
@inline
function ruleOut(remaining: v128, bits: v128, bins: v128, cut: v128): v128 {
  return v128.andnot(remaining, v128.and(bits, i8x16.gt_s(bins, cut)));
}

/** The bits of each row's first group with leaves that remain, and how many groups came before it. */
// @ts-ignore: decorator
@inline
function keepFirst(found: usize, remaining: v128): void {
  const before = v128.load(found);
  const none = i8x16.splat(0);
  const now = v128.or(before, v128.and(remaining, i8x16.eq(before, none)));
  v128.store(found, now);
  v128.store(found, i8x16.sub(v128.load(found, SKIPPED), i8x16.eq(now, none)), SKIPPED);
}

/** Leaf numbers of 16 rows. */
// @ts-ignore: decorator
@inline
function firstLeaf(found: usize): v128 {
  const bits = v128.load(found);
  // The lowest bit set in each half of a byte; 255 where there is none.
  const low = i8x16.swizzle(
    i8x16(-1, 0, 1, 0, 2, 0, 1, 0, 3, 0, 1, 0, 2, 0, 1, 0), v128.and(bits, i8x16.splat(15)),
  );
  const high = i8x16.swizzle(
    i8x16(-1, 4, 5, 4, 6, 4, 5, 4, 7, 4, 5, 4, 6, 4, 5, 4), v128.and(i16x8.shr_u(bits, 4), i8x16.splat(15)),
  );
  // Less than 32 groups: no bit leaves its byte.
  return v128.or(i8x16.min_u(low, high), i16x8.shl(v128.load(found, SKIPPED), 3));
}

/**
 * Writes the leaf number of each row, u8. A group of eight neighbouring leaves: number of nodes with some of them on their left, then
 * the nodes, 12 bytes each: offset of the column of bins, the largest bin that goes left and the leaves' bits, both four times.
 * `found`: room for two bytes a row.
 */
function firstLeaves(group: usize, groups: i32, bins: usize, rows: i32, found: usize, out: usize): void {
  memory.fill(found, 0, 2 * ROWS);
  for (; groups > 0; groups--) {
    const nodes = group + 4, end = nodes + <usize>load<u32>(group) * 12;
    for (let r: usize = 0; r < <usize>rows; r += PASS) {
      const from = bins + r;
      let a = i8x16.splat(-1), b = a, c = a, d = a, e = a, f = a;
      for (let p = nodes; p < end; p += 12) {
        const column = from + <usize>load<u32>(p);
        const cut = v128.load32_splat(p, 4), bits = v128.load32_splat(p, 8);
        a = ruleOut(a, bits, v128.load(column), cut);
        b = ruleOut(b, bits, v128.load(column, 16), cut);
        c = ruleOut(c, bits, v128.load(column, 32), cut);
        d = ruleOut(d, bits, v128.load(column, 48), cut);
        e = ruleOut(e, bits, v128.load(column, 64), cut);
        f = ruleOut(f, bits, v128.load(column, 80), cut);
      }
      const to = found + r;
      keepFirst(to, a);
      keepFirst(to + 16, b);
      keepFirst(to + 32, c);
      keepFirst(to + 48, d);
      keepFirst(to + 64, e);
      keepFirst(to + 80, f);
    }
    group = end;
  }
  for (let r: usize = 0; r < <usize>rows; r += 16) v128.store(out + r, firstLeaf(found + r));
}

// @ts-ignore: decorator
@inline
function nextBit(leaf: v128, bins: v128, cut: v128): v128 {
  return i8x16.sub(i8x16.add(leaf, leaf), i8x16.gt_s(bins, cut));
}

/** The same by up to eight conditions, 8 bytes each: offset of the column of bins, the largest bin for which it does not hold four times. */
function symmetricLeaves(first: usize, count: i32, bins: usize, rows: i32, out: usize): void {
  const end = first + (<usize>count << 3);
  for (let r: usize = 0; r < <usize>rows; r += PASS) {
    const from = bins + r;
    let a = i8x16.splat(0), b = a, c = a, d = a, e = a, f = a;
    // The first condition is the lowest bit.
    for (let p = end; p > first; ) {
      p -= 8;
      const column = from + <usize>load<u32>(p);
      const cut = v128.load32_splat(p, 4);
      a = nextBit(a, v128.load(column), cut);
      b = nextBit(b, v128.load(column, 16), cut);
      c = nextBit(c, v128.load(column, 32), cut);
      d = nextBit(d, v128.load(column, 48), cut);
      e = nextBit(e, v128.load(column, 64), cut);
      f = nextBit(f, v128.load(column, 80), cut);
    }
    const to = out + r;
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
    v128.store(to, e, 64);
    v128.store(to, f, 80);
  }
}

/** Sums are rounded to float32 after each tree: after adding two float32 numbers in f64, that is float32 arithmetic. */
// @ts-ignore: decorator
@inline
function rounded(sum: f64, float32: i32): f64 {
  return float32 ? <f64><f32>sum : sum;
}

// Offsets that are part of an instruction save an addition at each of 24 loads.
// @ts-ignore: decorator
@inline
function valueAt(values: usize, leaf: u8): f64 {
  return load<f64>(values + (<usize>leaf << 3));
}

/** Adds the values of the leaves that four trees found, one tree after the other, to two rows at a time; there is room for whole pairs. */
function addFour(a: usize, b: usize, c: usize, d: usize, leaves: usize, rows: i32, sums: usize): void {
  for (const end = leaves + <usize>rows; leaves < end; leaves += 2, sums += 16) {
    let sum = load<f64>(sums) + valueAt(a, load<u8>(leaves));
    let next = load<f64>(sums, 8) + valueAt(a, load<u8>(leaves, 1));
    sum += valueAt(b, load<u8>(leaves, ROWS));
    next += valueAt(b, load<u8>(leaves, ROWS + 1));
    sum += valueAt(c, load<u8>(leaves, 2 * ROWS));
    next += valueAt(c, load<u8>(leaves, 2 * ROWS + 1));
    store<f64>(sums, sum + valueAt(d, load<u8>(leaves, 3 * ROWS)));
    store<f64>(sums, next + valueAt(d, load<u8>(leaves, 3 * ROWS + 1)), 8);
  }
}

function addFourRounded(a: usize, b: usize, c: usize, d: usize, leaves: usize, rows: i32, sums: usize): void {
  for (const end = leaves + <usize>rows; leaves < end; leaves += 2, sums += 16) {
    let sum = <f32>(load<f64>(sums) + valueAt(a, load<u8>(leaves)));
    let next = <f32>(load<f64>(sums, 8) + valueAt(a, load<u8>(leaves, 1)));
    sum = <f32>(<f64>sum + valueAt(b, load<u8>(leaves, ROWS)));
    next = <f32>(<f64>next + valueAt(b, load<u8>(leaves, ROWS + 1)));
    sum = <f32>(<f64>sum + valueAt(c, load<u8>(leaves, 2 * ROWS)));
    next = <f32>(<f64>next + valueAt(c, load<u8>(leaves, 2 * ROWS + 1)));
    store<f64>(sums, <f64><f32>(<f64>sum + valueAt(d, load<u8>(leaves, 3 * ROWS))));
    store<f64>(sums, <f64><f32>(<f64>next + valueAt(d, load<u8>(leaves, 3 * ROWS + 1))), 8);
  }
}

function addOne(values: usize, leaves: usize, rows: i32, sums: usize, float32: i32): void {
  for (const end = leaves + <usize>rows; leaves < end; leaves++, sums += 8) {
    store<f64>(sums, rounded(load<f64>(sums) + valueAt(values, load<u8>(leaves)), float32));
  }
}

/** Of a symmetric tree of more than eight conditions: the low and the high byte of each leaf's number. */
function addWide(values: usize, leaves: usize, rows: i32, sums: usize): void {
  for (const end = leaves + <usize>rows; leaves < end; leaves++, sums += 8) {
    const leaf = <usize>load<u8>(leaves) | (<usize>load<u8>(leaves + ROWS) << 8);
    store<f64>(sums, load<f64>(sums) + load<f64>(values + (leaf << 3)));
  }
}

/**
 * Adds the values of trees `from` .. `to`-1 of the table at `trees` to `sums`, one a row; rounded to float32 after each if `float32` is
 * not 0. `bins` as filled, `x` the rows, `stride` bytes apart. `leaves`: room for six bytes for each of 384 rows.
 */
export function scoreTrees(
  image: usize, trees: usize, from: i32, to: i32, x: usize, stride: usize, bins: usize, rows: i32, leaves: usize, sums: usize, float32: i32,
): void {
  const end = trees + <usize>to * TREE;
  // Trees whose leaves are found but not added lie before `tree`.
  let waiting: usize = 0;
  for (let tree = trees + <usize>from * TREE; tree < end; tree += TREE) {
    const kind = load<i32>(tree), count = load<i32>(tree, 4), body = image + <usize>load<u32>(tree, 8);
    if (kind == WALK || count > 8 && kind == SYMMETRIC) {
      addWaiting(image, tree, waiting, leaves, rows, sums, float32);
      waiting = 0;
      const values = image + <usize>load<u32>(tree, 12);
      if (kind == WALK) walkTree(body, values, x, stride, rows, sums, float32);
      else {
        symmetricLeaves(body, 8, bins, rows, leaves);
        symmetricLeaves(body + 64, count - 8, bins, rows, leaves + ROWS);
        addWide(values, leaves, rows, sums);
      }
      continue;
    }
    if (kind == BITS) firstLeaves(body, count, bins, rows, leaves + 4 * ROWS, leaves + waiting * ROWS);
    else symmetricLeaves(body, count, bins, rows, leaves + waiting * ROWS);
    if (++waiting < 4) continue;
    const a = image + <usize>load<u32>(tree - 3 * TREE, 12), b = image + <usize>load<u32>(tree - 2 * TREE, 12);
    const c = image + <usize>load<u32>(tree - TREE, 12), d = image + <usize>load<u32>(tree, 12);
    if (float32) addFourRounded(a, b, c, d, leaves, rows, sums);
    else addFour(a, b, c, d, leaves, rows, sums);
    waiting = 0;
  }
  addWaiting(image, end, waiting, leaves, rows, sums, float32);
}

/** The `count` trees before `end`. */
function addWaiting(image: usize, end: usize, count: usize, leaves: usize, rows: i32, sums: usize, float32: i32): void {
  for (let tree = end - count * TREE; tree < end; tree += TREE, leaves += ROWS) {
    addOne(image + <usize>load<u32>(tree, 12), leaves, rows, sums, float32);
  }
}

/** The same for symmetric trees whose leaves have `outputs` values each; `sums` is (rows, outputs). */
export function scoreVectorTrees(
  image: usize, trees: usize, from: i32, to: i32, bins: usize, rows: i32, leaves: usize, sums: usize, outputs: i32,
): void {
  const end = trees + <usize>to * TREE;
  for (let tree = trees + <usize>from * TREE; tree < end; tree += TREE) {
    const count = load<i32>(tree, 4), body = image + <usize>load<u32>(tree, 8), values = image + <usize>load<u32>(tree, 12);
    symmetricLeaves(body, min(count, 8), bins, rows, leaves);
    symmetricLeaves(body + 64, max(count - 8, 0), bins, rows, leaves + ROWS);
    let sum = sums;
    for (let r: usize = 0; r < <usize>rows; r++) {
      const leaf = <usize>load<u8>(leaves + r) | (<usize>load<u8>(leaves + r + ROWS) << 8);
      let value = values + leaf * (<usize>outputs << 3);
      for (let k = outputs; k > 0; k--, sum += 8, value += 8) store<f64>(sum, load<f64>(sum) + load<f64>(value));
    }
  }
}

// @ts-ignore: decorator
@inline
function step(nodes: usize, at: usize, row: usize): usize {
  const node = nodes + at;
  const about = load<u32>(node);
  const x = load<f32>(row + <usize>(about & ~1));
  const threshold = load<f32>(node, 4);
  const right = <u32>(x > threshold) | (about & <u32>!(x <= threshold) & 1);
  return <usize>load<u32>(node + (<usize>right << 2), 8);
}

// @ts-ignore: decorator
@inline
function addLeaf(sums: usize, values: usize, node: usize, float32: i32): void {
  store<f64>(sums, rounded(load<f64>(sums) + load<f64>(values + (node >> 1)), float32));
}

/**
 * A tree of any size. A node is 16 bytes: byte offset of its column (bit 0: NaN goes right), f32 threshold, its children as byte
 * offsets from `nodes`. A leaf is its own child, so that rows that have arrived wait there; values are f64, one a node.
 */
function walkTree(nodes: usize, values: usize, x: usize, stride: usize, rows: i32, sums: usize, float32: i32): void {
  for (; rows > 0; rows -= 4) {
    let a: usize = 0, b: usize = 0, c: usize = 0, d: usize = 0;
    const x1 = x + stride, x2 = x1 + stride, x3 = x2 + stride;
    for (;;) {
      const a1 = step(nodes, a, x), b1 = step(nodes, b, x1), c1 = step(nodes, c, x2), d1 = step(nodes, d, x3);
      if (((a ^ a1) | (b ^ b1) | (c ^ c1) | (d ^ d1)) == 0) break;
      a = a1; b = b1; c = c1; d = d1;
    }
    addLeaf(sums, values, a, float32);
    addLeaf(sums + 8, values, b, float32);
    addLeaf(sums + 16, values, c, float32);
    addLeaf(sums + 24, values, d, float32);
    sums += 32;
    x = x3 + stride;
  }
}
