/** Dense numbers of the combinations that rows have, in the order of their first rows. */

/** Up to this product of sizes, or so many times the rows, numbers are looked up directly. */
const DIRECT = 1 << 16;
const DIRECT_SHARE = 4;

export interface CombinationIds {
  /** By row. */
  ids: Int32Array;
  count: number;
}

/** Numbers of the pairs (a[i], b[i]) with a below `sizeA` and b below `sizeB`. */
export function combineIds(a: Int32Array, sizeA: number, b: ArrayLike<number>, sizeB: number): CombinationIds {
  const ids = new Int32Array(a.length);
  if (sizeA * sizeB <= Math.max(DIRECT, DIRECT_SHARE * a.length)) {
    const numbers = new Int32Array(sizeA * sizeB);
    let count = 0;
    for (let i = 0; i < ids.length; i++) {
      const key = a[i] * sizeB + b[i];
      if (numbers[key] === 0) numbers[key] = ++count;
      ids[i] = numbers[key] - 1;
    }
    return { ids, count };
  }
  return { ids, count: fillByHash(ids, a, b, sizeB) };
}

function fillByHash(ids: Int32Array, a: Int32Array, b: ArrayLike<number>, sizeB: number): number {
  let size = 1024;
  while (size < 2 * ids.length) size *= 2;
  const keys = new Float64Array(size);
  const numbers = new Int32Array(size);
  let count = 0;
  for (let i = 0; i < ids.length; i++) {
    const key = a[i] * sizeB + b[i];
    let at = (Math.imul(a[i], 0x9e3779b1) ^ Math.imul(b[i] + 1, 0x85ebca6b)) >>> 0;
    at = (at ^ (at >>> 15)) & (size - 1);
    while (numbers[at] !== 0 && keys[at] !== key) at = (at + 1) & (size - 1);
    if (numbers[at] === 0) {
      keys[at] = key;
      numbers[at] = ++count;
    }
    ids[i] = numbers[at] - 1;
  }
  return count;
}
