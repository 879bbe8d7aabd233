// Raw scores (f64) of binned rows: adding a leaf's value to its rows, and walking a tree over bins.

/** scores[row] += value for each of `count` row numbers. */
export function addToRows(scores: usize, rows: usize, count: i32, value: f64): void {
  const end = rows + (<usize>count << 2);
  for (; rows < end; rows += 4) {
    const p = scores + (<usize>load<u32>(rows) << 3);
    store<f64>(p, load<f64>(p) + value);
  }
}

/**
 * scores[row] += value of the leaf the row falls in, for rows `from` .. `to`-1, or those numbers of `sample` if it is not 0.
 * A node is six i32: where the feature of row 0 lies from `planes` on, bin, the bin that means missing, the left, the right and the
 * missing values' child; a child below 0 is leaf ~child.
 */
export function walkBins(
  nodes: usize, values: usize, planes: usize, stride: usize, sample: usize, from: i32, to: i32, scores: usize,
): void {
  for (let i = <usize>from; i < <usize>to; i++) {
    const row = sample ? <usize>load<u32>(sample + (i << 2)) : i;
    const bins = planes + row * stride;
    let child = 0;
    do {
      const node = nodes + <usize>child * 24;
      const b = <i32>load<u8>(bins + <usize>load<u32>(node));
      const side = <usize>(b > load<i32>(node, 4)) << 2;
      child = b == load<i32>(node, 8) ? load<i32>(node, 20) : load<i32>(node + side, 12);
    } while (child >= 0);
    const p = scores + (row << 3);
    store<f64>(p, load<f64>(p) + load<f64>(values + (<usize>~child << 3)));
  }
}
