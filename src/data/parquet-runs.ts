/**
 * Goes through the runs of a data page before hyparquet does: a run says itself how long it is, and its reader writes as many values as a damaged one
 * says, thousands of millions. The hybrid of runs and packed bits is that of the Parquet format's "Encodings" page.
 */

/** What stands in a data page, as its header and the footer say. */
export interface PageLayout {
  readonly version: 1 | 2;
  /** Missing ones too. */
  readonly values: number;
  /** Of a page of version 2, which says it. */
  readonly nulls: number;
  readonly encoding: number;
  /** Whether values may be missing: then there are levels, of one bit. */
  readonly optional: boolean;
  readonly boolean: boolean;
}

const PLAIN_DICTIONARY = 2;
const RLE = 3;
const RLE_DICTIONARY = 8;

/** Levels of a page of version 2, which are never compressed; `bytes` begin with them. Throws what is wrong; so does the other. */
export function checkLevels(bytes: Uint8Array, { values, optional }: PageLayout): void {
  if (optional) countOnes(bytes, 0, 1, values);
}

/** The rest of a page, levels included where it is of version 1. */
export function checkRuns(body: Uint8Array, layout: PageLayout): void {
  const { version, values, encoding, optional, boolean } = layout;
  let known = values - layout.nulls;
  let at = 0;
  if (version === 1 && optional) {
    known = countOnes(body, 4, 1, values);
    at = 4 + lengthAt(body, 0);
  }
  if (encoding !== PLAIN_DICTIONARY && encoding !== RLE && encoding !== RLE_DICTIONARY) return;
  // Booleans are runs with their length before them, indices of a dictionary runs with their width before them.
  if (version === 1 ? boolean : encoding === RLE) countOnes(body, at + 4, 1, known);
  else {
    const width = byteAt(body, at);
    if (width > 0 || version === 2) countOnes(body, at + 1, width, known);
  }
}

/** Goes through runs of `values` values of `width` bits from `at`, and counts the ones among values of one bit. */
function countOnes(bytes: Uint8Array, at: number, width: number, values: number): number {
  const valueBytes = (width + 7) >> 3;
  let place = at;
  let ones = 0;
  for (let seen = 0; seen < values; ) {
    let header = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = byteAt(bytes, place++);
      header |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    if (header & 1) {
      // Eights of values; the last of them may be padding.
      const groups = header >> 1;
      const count = Math.min(values - seen, 8 * groups);
      if (groups < 0 || 8 * groups > values - seen + SPARE)
        throw new Error('packed values are more than their page has');
      if (width === 1) for (let i = 0; i < count; i++) ones += (byteAt(bytes, place + (i >> 3)) >> (i & 7)) & 1;
      seen += count;
      // hyparquet goes past a byte even where there is nothing to unpack.
      place += Math.max(1, groups * width);
    } else {
      const count = header >>> 1;
      if (count > values - seen) throw new Error('a run is longer than its page');
      if (width === 1 && byteAt(bytes, place) === 1) ones += count;
      seen += count;
      place += valueBytes;
    }
  }
  return ones;
}

/** Some writers fill up packed values to more than eight. */
const SPARE = 1 << 16;

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new Error('the runs of a page end early');
  return byte;
}

const lengthAt = (bytes: Uint8Array, at: number): number =>
  byteAt(bytes, at) +
  byteAt(bytes, at + 1) * 2 ** 8 +
  byteAt(bytes, at + 2) * 2 ** 16 +
  byteAt(bytes, at + 3) * 2 ** 24;
