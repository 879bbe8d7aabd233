// Draws of one tree: xoshiro128** of src/core/random.ts, its state kept in this worker's instance.

let s0: u32 = 1, s1: u32 = 0, s2: u32 = 0, s3: u32 = 0;

/** Starts the stream at the four words at `state`. */
export function forestSeed(state: usize): void {
  s0 = load<u32>(state);
  s1 = load<u32>(state, 4);
  s2 = load<u32>(state, 8);
  s3 = load<u32>(state, 12);
}

export function nextWord(): u32 {
  const result = rotl<u32>(s1 * 5, 7) * 9;
  const t = s1 << 9;
  s2 ^= s0;
  s3 ^= s1;
  s1 ^= s2;
  s0 ^= s3;
  s2 ^= t;
  s3 = rotl<u32>(s3, 11);
  return result;
}

/** An integer in [0, n): the high word of a product, which prefers none by more than n / 2^32 (Lemire, 2019). */
// @ts-ignore: decorator
@inline
export function below(n: u32): u32 {
  return <u32>((<u64>nextWord() * <u64>n) >> 32);
}

/** In [0, 1), 32 bits. */
// @ts-ignore: decorator
@inline
export function fraction(): f64 {
  return <f64>nextWord() / 4294967296.0;
}

/** Draws `draws` of `rows` rows with replacement: how often each came, u16 at `counts`. */
export function forestBootstrap(counts: usize, rows: i32, draws: i32): void {
  memory.fill(counts, 0, <usize>rows << 1);
  for (let i = 0; i < draws; i++) {
    const p = counts + (<usize>below(<u32>rows) << 1);
    store<u16>(p, load<u16>(p) + 1);
  }
}
