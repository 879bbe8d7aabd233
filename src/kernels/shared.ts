/** Data for workers: in shared memory without a copy where it already is, else copied once without holding up the event loop. */
import { setImmediate } from 'node:timers/promises';

/** Elements copied at a stretch: about 2 ms. */
const CHUNK = 1 << 20;

type Shareable = Float32Array | Float64Array | Uint8Array;

/** `values` itself if its storage is shared, else a shared copy. */
export async function shared<T extends Shareable>(values: T): Promise<T> {
  if (values.buffer instanceof SharedArrayBuffer) return values;
  const type = values.constructor as new (buffer: SharedArrayBuffer) => T;
  const copy = new type(new SharedArrayBuffer(values.byteLength));
  for (let from = 0; from < values.length; from += CHUNK) {
    copy.set(values.subarray(from, from + CHUNK), from);
    await setImmediate();
  }
  return copy;
}
