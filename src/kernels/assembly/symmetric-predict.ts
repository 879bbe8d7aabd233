// Scores of a block of rows by symmetric trees, eight rows at a time: each condition gives one bit of the number of a row's leaf.

/** i32 offset of a condition's slot in `values`, f32 border, i32 equal. */
const CONDITION: usize = 12;

// @ts-ignore: decorator
@inline
function holds(x: v128, border: v128, equal: i32): v128 {
  return equal ? f32x4.eq(x, border) : f32x4.gt(x, border);
}

// @ts-ignore: decorator
@inline
function add(score: usize, leaves: usize, leaf: u32): void {
  store<f64>(score, load<f64>(score) + load<f64>(leaves + (<usize>leaf << 3)));
}

/**
 * Adds the leaf values of trees `from` .. `to`-1 to `scores`, f64 (rows x outputs). `values` holds the slots, f32, one column of the
 * block after the other; it and `scores` have room for rows up to the next multiple of 8, whose scores mean nothing. `starts`: i32
 * first condition of each tree, and of the one after the last; `leafStarts`: i32 first of its `leafValues`, f64 (leaves x outputs).
 */
export function scoreSymmetric(
  values: usize, rows: i32, conditions: usize, starts: usize, leafStarts: usize, leafValues: usize, from: i32, to: i32, outputs: i32,
  scores: usize,
): void {
  for (let t = from; t < to; t++) {
    const first = conditions + <usize>load<i32>(starts + (<usize>t << 2)) * CONDITION;
    const end = conditions + <usize>load<i32>(starts + (<usize>t << 2), 4) * CONDITION;
    const leaves = leafValues + (<usize>load<i32>(leafStarts + (<usize>t << 2)) << 3);
    for (let r: usize = 0; r < <usize>rows; r += 8) {
      let a = i32x4.splat(0), b = i32x4.splat(0), bit = i32x4.splat(1);
      for (let c = first; c < end; c += CONDITION) {
        const at = values + <usize>load<u32>(c) + (r << 2);
        const border = v128.load32_splat(c, 4);
        const equal = load<i32>(c, 8);
        a = v128.or(a, v128.and(holds(v128.load(at), border, equal), bit));
        b = v128.or(b, v128.and(holds(v128.load(at, 16), border, equal), bit));
        bit = i32x4.shl(bit, 1);
      }
      if (outputs == 1) {
        const score = scores + (r << 3);
        add(score, leaves, i32x4.extract_lane(a, 0));
        add(score + 8, leaves, i32x4.extract_lane(a, 1));
        add(score + 16, leaves, i32x4.extract_lane(a, 2));
        add(score + 24, leaves, i32x4.extract_lane(a, 3));
        add(score + 32, leaves, i32x4.extract_lane(b, 0));
        add(score + 40, leaves, i32x4.extract_lane(b, 1));
        add(score + 48, leaves, i32x4.extract_lane(b, 2));
        add(score + 56, leaves, i32x4.extract_lane(b, 3));
        continue;
      }
      addVector(scores, r, outputs, leaves, i32x4.extract_lane(a, 0));
      addVector(scores, r + 1, outputs, leaves, i32x4.extract_lane(a, 1));
      addVector(scores, r + 2, outputs, leaves, i32x4.extract_lane(a, 2));
      addVector(scores, r + 3, outputs, leaves, i32x4.extract_lane(a, 3));
      addVector(scores, r + 4, outputs, leaves, i32x4.extract_lane(b, 0));
      addVector(scores, r + 5, outputs, leaves, i32x4.extract_lane(b, 1));
      addVector(scores, r + 6, outputs, leaves, i32x4.extract_lane(b, 2));
      addVector(scores, r + 7, outputs, leaves, i32x4.extract_lane(b, 3));
    }
  }
}

function addVector(scores: usize, row: usize, outputs: i32, leaves: usize, leaf: u32): void {
  const score = scores + row * (<usize>outputs << 3);
  for (let k = 0; k < outputs; k++) add(score + (<usize>k << 3), leaves, leaf * outputs + k);
}
