// Target statistics of categories (CatBoost's CTRs), each row's from the rows before it in an order.

/**
 * Bins of a target statistic for rows `from` .. `to`-1 of an order (u32 rows, or 0: as they are), each from the rows before it. `ids`
 * (i32 by row) number the categories; `counters` (two i32 by number) are the good and all rows so far, which each row adds to by its
 * gain (u8 by row; 0 instead of an address: they stay). `parts`: 24 bytes each, f32 prior numerator and denominator, shift, scale, i32
 * highest bin, u32 address of the column; the arithmetic is f32, as prediction's.
 */
export function orderedStatistics(
  ids: usize, order: usize, gains: usize, from: i32, to: i32, counters: usize, parts: usize, count: i32,
): void {
  const end = parts + <usize>count * 24;
  for (let at = <usize>from; at < <usize>to; at++) {
    const i = order ? <usize>load<u32>(order + (at << 2)) : at;
    const counter = counters + (<usize>load<i32>(ids + (i << 2)) << 3);
    const good = load<i32>(counter), total = load<i32>(counter, 4);
    for (let part = parts; part < end; part += 24) {
      const share = (<f32>good + load<f32>(part)) / (<f32>total + load<f32>(part, 4));
      const value = (share + load<f32>(part, 8)) * load<f32>(part, 12);
      store<u8>(<usize>load<u32>(part, 20) + i, <u8>min(load<i32>(part, 16), <i32>(<f64>value + 1e-6)));
    }
    if (gains) {
      store<i32>(counter, good + <i32>load<u8>(gains + i));
      store<i32>(counter, total + 1, 4);
    }
  }
}
