// What the sides of the built package share: the benchmark's files as typed arrays, and the memory that the process held at most.
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { Matrix } from 'holdfast';

/** Bytes. */
export function peakRss() {
  // VmHWM belongs to this program alone; getrusage would count what the parent held when it forked.
  const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'));
  return line ? Number(line[1]) * 1024 : process.resourceUsage().maxRSS * 1024;
}

/** A file of float32 values, or its first `rows`, read straight into the matrix. */
export function readMatrix(path, cols, rows = statSync(path).size / 4 / cols) {
  const X = Matrix.zeros(rows, cols);
  const bytes = new Uint8Array(X.data.buffer);
  const file = openSync(path);
  for (let at = 0; at < bytes.length; ) at += readSync(file, bytes, at, Math.min(2 ** 30, bytes.length - at), at);
  closeSync(file);
  return X;
}

/** A file of float32 values. */
export function readFloats(path) {
  return readMatrix(path, 1).data;
}
