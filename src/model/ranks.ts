/** Order statistics of float32 values by their bits: keys are unsigned integers in the order of the floats. */

/** The key of a value by its bits. */
export function sortableKey(bits: number): number {
  return (bits & 0x80000000 ? ~bits : bits | 0x80000000) >>> 0;
}

/** Median of float32 values given as sortable bits, never -0; undefined when there are none. */
export function medianOf(keys: Uint32Array): number | undefined {
  const count = keys.length;
  if (count === 0) return undefined;
  const rank = (count - 1) >> 1;
  const low = ranked(keys.slice(), rank);
  if (count % 2 === 1) return toFloat(low) + 0;
  let upTo = 0;
  let above = 0xffffffff;
  for (let i = 0; i < count; i++) {
    const key = keys[i];
    if (key <= low) upTo++;
    else if (key < above) above = key;
  }
  return Math.fround((toFloat(low) + toFloat(upTo > rank + 1 ? low : above)) / 2) + 0;
}

/** Overwrites `keys`. The key of the given rank (0-based): radix selection by 11, 11 and 10 bits, each on what shares the bits before. */
function ranked(keys: Uint32Array, rank: number): number {
  let rest = keys;
  let place = rank;
  for (const [shift, mask] of [
    [21, 0x7ff],
    [10, 0x7ff],
    [0, 0x3ff],
  ]) {
    const counts = new Uint32Array(mask + 1);
    for (let i = 0; i < rest.length; i++) counts[(rest[i] >>> shift) & mask]++;
    let bucket = 0;
    while (place >= counts[bucket]) place -= counts[bucket++];
    let kept = 0;
    for (let i = 0; i < rest.length; i++) if (((rest[i] >>> shift) & mask) === bucket) rest[kept++] = rest[i];
    rest = rest.subarray(0, kept);
  }
  return rest[0];
}

const unpack = new DataView(new ArrayBuffer(4));

function toFloat(key: number): number {
  unpack.setUint32(0, key & 0x80000000 ? key ^ 0x80000000 : ~key);
  return unpack.getFloat32(0);
}
