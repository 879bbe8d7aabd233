// Histograms: for each feature 256 bins of two exact 64-bit sums, gradient and hessian, 16 bytes a bin, 4 KiB a feature.
// Rows bring (gradient, hessian) as two 32-bit integers; sums cannot overflow below 2^33 rows, so no order of adding matters.

/** Rows gathered at a stretch: their bins (64 KiB) and gradients stay in the nearest cache. */
const BLOCK: i32 = 2048;
const FEATURE: usize = 4096;

/**
 * Histograms of up to 32 neighbouring features over `count` rows. `bins` is the first feature of row 0, rows are `stride` bytes
 * apart; `rows` lists the row numbers, or is 0 for the first `count` rows. `scratch` holds 64 KiB.
 */
export function buildHistogram(
  histogram: usize, bins: usize, stride: usize, features: i32, rows: usize, gradients: usize, count: i32, scratch: usize,
): void {
  const groups = (features + 7) >> 3;
  memory.fill(histogram, 0, <usize>groups * 8 * FEATURE);
  const width: usize = groups > 2 ? 32 : 16;
  for (let done = 0; done < count; done += BLOCK) {
    const size = min(BLOCK, count - done);
    let from = bins + <usize>done * stride, step = stride;
    if (rows) {
      if (groups > 2) gather32(bins, stride, rows, size, scratch);
      else gather16(bins, stride, rows, size, scratch);
      rows += <usize>size << 2;
      from = scratch;
      step = width;
    }
    for (let group = 0; group < groups; group++) {
      const into = histogram + <usize>group * 8 * FEATURE;
      if (features - group * 8 > 4) accumulate8(into, from, step, gradients, size);
      else accumulate4(into, from, step, gradients, size);
      from += 8;
    }
    gradients += <usize>size << 3;
  }
}

// The loops below are exported functions so that each is optimised on its own: V8 does not replace a running one.

export function gather32(base: usize, stride: usize, rows: usize, count: i32, out: usize): void {
  const end = rows + (<usize>count << 2);
  while (rows < end) {
    const p = base + <usize>load<u32>(rows) * stride;
    v128.store(out, v128.load(p));
    v128.store(out, v128.load(p, 16), 16);
    rows += 4;
    out += 32;
  }
}

export function gather16(base: usize, stride: usize, rows: usize, count: i32, out: usize): void {
  const end = rows + (<usize>count << 2);
  while (rows < end) {
    v128.store(out, v128.load(base + <usize>load<u32>(rows) * stride));
    rows += 4;
    out += 16;
  }
}

// @ts-ignore: decorator
@inline
function add(histogram: usize, bin: u8, sums: v128, offset: usize): void {
  const p = histogram + (<usize>bin << 4);
  v128.store(p + offset, i64x2.add(v128.load(p + offset), sums));
}

/** Adds each row's pair to its bin of eight neighbouring features; `width` bytes from row to row. */
export function accumulate8(histogram: usize, bins: usize, width: usize, gradients: usize, count: i32): void {
  const end = gradients + (<usize>count << 3);
  while (gradients < end) {
    const sums = i64x2.extend_low_i32x4_s(v128.load64_zero(gradients));
    add(histogram, load<u8>(bins), sums, 0);
    add(histogram, load<u8>(bins, 1), sums, FEATURE);
    add(histogram, load<u8>(bins, 2), sums, 2 * FEATURE);
    add(histogram, load<u8>(bins, 3), sums, 3 * FEATURE);
    add(histogram, load<u8>(bins, 4), sums, 4 * FEATURE);
    add(histogram, load<u8>(bins, 5), sums, 5 * FEATURE);
    add(histogram, load<u8>(bins, 6), sums, 6 * FEATURE);
    add(histogram, load<u8>(bins, 7), sums, 7 * FEATURE);
    bins += width;
    gradients += 8;
  }
}

/** The same for four features. */
export function accumulate4(histogram: usize, bins: usize, width: usize, gradients: usize, count: i32): void {
  const end = gradients + (<usize>count << 3);
  while (gradients < end) {
    const sums = i64x2.extend_low_i32x4_s(v128.load64_zero(gradients));
    add(histogram, load<u8>(bins), sums, 0);
    add(histogram, load<u8>(bins, 1), sums, FEATURE);
    add(histogram, load<u8>(bins, 2), sums, 2 * FEATURE);
    add(histogram, load<u8>(bins, 3), sums, 3 * FEATURE);
    bins += width;
    gradients += 8;
  }
}

/** parent -= child, for features `from` .. `to`-1: what remains is the sibling's histogram. */
export function subtractHistogram(parent: usize, child: usize, from: i32, to: i32): void {
  const end = child + <usize>to * FEATURE;
  parent += <usize>from * FEATURE;
  for (let p = child + <usize>from * FEATURE; p < end; p += 16) {
    v128.store(parent, i64x2.sub(v128.load(parent), v128.load(p)));
    parent += 16;
  }
}

/** Adds the sums of `bytes` of histograms, narrow or not, to those at `into`. */
export function addSums(into: usize, from: usize, bytes: usize): void {
  const end = from + bytes;
  for (; from < end; from += 16) {
    v128.store(into, i64x2.add(v128.load(into), v128.load(from)));
    into += 16;
  }
}
