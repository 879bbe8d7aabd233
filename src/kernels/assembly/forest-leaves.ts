// What leaves hold, and their sums over a forest by row: integers, so that trees may come in any order.
import { medianOf } from './forest-absolute';
import { ABSOLUTE, classes, criterion, ENTROPY, first, rest, rows, second, targets } from './forest-plan';

/** Weight of the rows loaded, the first `inside` ones. */
export function forestWeight(inside: i32): f64 {
  let weight: f64 = 0;
  for (let i: usize = 0; i < <usize>inside; i++) {
    if (second) weight += load<f64>(first + (i << 3));
    else {
      const packed = load<u64>(first + (i << 3));
      weight += <f64>((packed & 0xffff) + ((packed >> 16) & 0xffff) + ((packed >> 32) & 0xffff));
    }
  }
  return weight;
}

/** The value of a stretch of rows: shares of the classes, or a mean or median, f64 at `out`. */
export function forestLeaf(begin: i32, count: i32, out: usize): void {
  if (criterion <= ENTROPY) return shares(begin, count, out);
  if (criterion == ABSOLUTE) {
    store<f64>(out, medianOf(begin, count));
    return;
  }
  let weight: f64 = 0, sum: f64 = 0, low: f64 = Infinity, high: f64 = -Infinity;
  for (let i = <usize>begin; i < <usize>(begin + count); i++) {
    const own = load<f64>(first + (i << 3)), target = load<f64>(targets + (<usize>load<u32>(rows + (i << 2)) << 3));
    weight += own;
    sum += own * target;
    low = min(low, target);
    high = max(high, target);
  }
  // Equal targets are met exactly.
  store<f64>(out, low == high ? low : sum / weight);
}

function shares(begin: i32, count: i32, out: usize): void {
  memory.fill(out, 0, <usize>classes << 3);
  for (let i = <usize>begin; i < <usize>(begin + count); i++) {
    if (second) {
      const p = out + (<usize>load<f64>(second + (i << 3)) << 3);
      store<f64>(p, load<f64>(p) + load<f64>(first + (i << 3)));
    } else {
      for (let c: usize = 0; c < <usize>classes; c++) {
        const p = out + (c << 3);
        store<f64>(p, load<f64>(p) + <f64>load<u16>(first + (i << 3) + (c << 1)));
      }
    }
  }
  let weight: f64 = 0;
  for (let c: usize = 0; c < <usize>classes; c++) weight += load<f64>(out + (c << 3));
  for (let c: usize = 0; c < <usize>classes; c++) store<f64>(out + (c << 3), load<f64>(out + (c << 3)) / weight);
}

/**
 * Adds a leaf's `outputs` values, in steps of 1 / scale, to the i64 sums of its rows in the sample (`begin`, `count`) and out of it
 * (`restBegin`, `restCount`); the latter also to `outside` and to the u32 numbers of trees in `seen`, unless 0.
 */
export function forestAddLeaf(
  value: usize, outputs: i32, scale: f64, begin: i32, count: i32, restBegin: i32, restCount: i32, sums: usize, outside: usize, seen: usize,
): void {
  for (let o: usize = 0; o < <usize>outputs; o++) {
    const steps = <i64>nearest(load<f64>(value + (o << 3)) * scale);
    if (steps == 0) continue;
    addSteps(rows, begin, count, sums, outputs, o, steps);
    addSteps(rest, restBegin, restCount, sums, outputs, o, steps);
    if (outside) addSteps(rest, restBegin, restCount, outside, outputs, o, steps);
  }
  if (!seen) return;
  for (let i = <usize>restBegin; i < <usize>(restBegin + restCount); i++) {
    atomic.add<u32>(seen + (<usize>load<u32>(rest + (i << 2)) << 2), 1);
  }
}

// @ts-ignore: decorator
@inline
function addSteps(list: usize, begin: i32, count: i32, sums: usize, outputs: i32, output: usize, steps: i64): void {
  if (!sums) return;
  for (let i = <usize>begin; i < <usize>(begin + count); i++) {
    const row = <usize>load<u32>(list + (i << 2));
    atomic.add<i64>(sums + ((row * <usize>outputs + output) << 3), steps);
  }
}

/** i64 sums to f64, divided by `scale` times the u32 number of trees at `seen` (or by `trees`); 0 / 0 is NaN. */
export function forestMeans(sums: usize, outputs: i32, scale: f64, from: i32, to: i32, seen: usize, trees: f64, out: usize): void {
  for (let row = <usize>from; row < <usize>to; row++) {
    const divisor = seen ? <f64>load<u32>(seen + (row << 2)) : trees;
    for (let o: usize = 0; o < <usize>outputs; o++) {
      const at = (row * <usize>outputs + o) << 3;
      store<f64>(out + at, <f64>load<i64>(sums + at) / scale / divisor);
    }
  }
}
