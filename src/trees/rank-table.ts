/** Tables that say almost at once how many of a column's sorted borders a value exceeds; see assembly/prediction-bins.ts. */

/** Borders that the kernel compares with at once: the most of a bucket. */
export const LOOKED_AT = 4;
/** Buckets; the fewest that keep within that are taken. */
const SIZES = [256, 512, 1024, 2048];
/** From here on float32 has no fractions. */
const INTEGERS = 8388608;

/** A value x lies in bucket (x - origin) * scale, rounded and kept within the table, all in float32: a larger value in none before. */
export interface RankTable {
  readonly origin: number;
  readonly scale: number;
  /** Borders in the buckets before each. */
  readonly starts: Uint8Array;
}

/** For up to 254 sorted different float32 borders; undefined where some lie too close together. */
export function rankTable(borders: Float32Array): RankTable | undefined {
  const count = borders.length;
  if (count <= LOOKED_AT) return { origin: 0, scale: 0, starts: new Uint8Array(1) };
  // The first and the last bucket take those that lie far out.
  const outside = Math.min(LOOKED_AT - 1, (count - 2) >> 1);
  const origin = borders[outside];
  const width = Math.fround(borders[count - 1 - outside] - origin);
  for (const size of SIZES) {
    const scale = Math.fround((size - 1) / width);
    if (!(scale > 0 && scale < Number.POSITIVE_INFINITY)) return undefined;
    const starts = startsOf(borders, origin, scale, size);
    if (starts) return { origin, scale, starts };
  }
  return undefined;
}

function startsOf(borders: Float32Array, origin: number, scale: number, size: number): Uint8Array | undefined {
  const starts = new Uint8Array(size);
  let before = 0;
  let bucket = 0;
  for (const [rank, border] of borders.entries()) {
    const own = bucketOf(border, origin, scale, size);
    if (own > bucket) {
      starts.fill(rank, bucket + 1, own + 1);
      bucket = own;
      before = rank;
    }
    if (rank - before >= LOOKED_AT) return undefined;
  }
  return starts.fill(borders.length, bucket + 1);
}

/** As the kernel computes it. */
function bucketOf(x: number, origin: number, scale: number, size: number): number {
  const place = Math.fround(Math.fround(x - origin) * scale);
  return Math.fround(Math.min(Math.max(place, 0), size - 1) + INTEGERS) - INTEGERS;
}
