// Raw scores of a block of 64 rows of X, kept by column: column c's values lie 256 bytes after those of column c - 1.
// Trees of not too many leaves are scored without walking: every node a row goes right at rules out the leaves on its left, and the
// first leaf that remains is the row's (Lucchese et al., "QuickScorer", SIGIR 2015; "Exploiting CPU SIMD Extensions to Speed-up
// Document Scoring with Tree Ensembles", SIGIR 2016). Large ones are walked, four rows at a time.
// Sums are f64, tree by tree, so that they do not depend on the way.

// @ts-ignore: decorator
@inline
function add(out: usize, values: usize, leaf: usize): void {
  store<f64>(out, load<f64>(out) + load<f64>(values + (leaf << 3)));
}

/**
 * Which of 32 neighbouring leaves remain for each row, as a word of bits, leaves numbered from the left. `nodes` are those with some of
 * the leaves on their left, 12 bytes each: byte offset of the column, f32 threshold, the leaves' bits. At the first `missingLeft` NaN
 * goes left, at the next `missingRight` right. Rows are taken 16 at a time.
 */
export function remainingLeaves(
  nodes: usize, missingLeft: i32, missingRight: i32, x: usize, rows: i32, out: usize,
): void {
  const middle = nodes + <usize>missingLeft * 12, end = middle + <usize>missingRight * 12;
  for (; rows > 0; rows -= 16) {
    let a = i32x4.splat(-1), b = a, c = a, d = a;
    let p = nodes;
    for (; p < middle; p += 12) {
      const column = x + <usize>load<u32>(p);
      const threshold = v128.load32_splat(p, 4), bits = v128.load32_splat(p, 8);
      a = v128.andnot(a, v128.and(bits, f32x4.gt(v128.load(column), threshold)));
      b = v128.andnot(b, v128.and(bits, f32x4.gt(v128.load(column, 16), threshold)));
      c = v128.andnot(c, v128.and(bits, f32x4.gt(v128.load(column, 32), threshold)));
      d = v128.andnot(d, v128.and(bits, f32x4.gt(v128.load(column, 48), threshold)));
    }
    for (; p < end; p += 12) {
      const column = x + <usize>load<u32>(p);
      const threshold = v128.load32_splat(p, 4), bits = v128.load32_splat(p, 8);
      a = v128.andnot(a, v128.andnot(bits, f32x4.le(v128.load(column), threshold)));
      b = v128.andnot(b, v128.andnot(bits, f32x4.le(v128.load(column, 16), threshold)));
      c = v128.andnot(c, v128.andnot(bits, f32x4.le(v128.load(column, 32), threshold)));
      d = v128.andnot(d, v128.andnot(bits, f32x4.le(v128.load(column, 48), threshold)));
    }
    v128.store(out, a);
    v128.store(out, b, 16);
    v128.store(out, c, 32);
    v128.store(out, d, 48);
    out += 64;
    x += 64;
  }
}

/** Adds the value of each row's first remaining leaf; the words of 32 leaves lie 256 bytes apart at `remaining`. */
export function addFirstLeaf(remaining: usize, values: usize, rows: i32, out: usize, stride: usize): void {
  const end = remaining + (<usize>rows << 2);
  for (; remaining < end; remaining += 4) {
    let word = remaining, bits = load<u32>(word), value = values;
    while (!bits) {
      word += 256;
      value += 256;
      bits = load<u32>(word);
    }
    add(out, value, <usize>ctz(bits));
    out += stride;
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

/**
 * A tree of any size. A node is 16 bytes: byte offset of its column (bit 0: NaN goes right), f32 threshold, its children as byte
 * offsets from `nodes`. A leaf is its own child, so that rows that have arrived wait there; values are f64, one a node.
 */
export function scoreLargeTree(nodes: usize, values: usize, x: usize, rows: i32, out: usize, stride: usize): void {
  for (; rows > 0; rows -= 4) {
    let a: usize = 0, b: usize = 0, c: usize = 0, d: usize = 0;
    for (;;) {
      const a1 = step(nodes, a, x), b1 = step(nodes, b, x + 4), c1 = step(nodes, c, x + 8), d1 = step(nodes, d, x + 12);
      if (((a ^ a1) | (b ^ b1) | (c ^ c1) | (d ^ d1)) == 0) break;
      a = a1; b = b1; c = c1; d = d1;
    }
    add(out, values, a >> 4);
    add(out + stride, values, b >> 4);
    add(out + 2 * stride, values, c >> 4);
    add(out + 3 * stride, values, d >> 4);
    out += 4 * stride;
    x += 16;
  }
}

/** Rounds sums to float32: after adding two float32 numbers in f64, that is their sum in float32 arithmetic. */
export function roundToFloat32(rows: i32, out: usize, stride: usize): void {
  for (; rows > 0; rows--, out += stride) store<f64>(out, <f64><f32>load<f64>(out));
}
