/** One row of a speed table: a case measured on both sides, ours under this Node and the peer's under the Python of the interop tests. */
import { fileURLToPath } from 'node:url';
import { python } from '../test/interop/python.js';
import type { BenchmarkOptions } from './benchmark.js';
import { type Measurement, measurePairs, type PairedResult, runSide } from './harness.js';
import { busyShare } from './machine.js';

export type SideName = 'ours' | 'native';

/** What every row says; a benchmark adds what else its sides found. */
export interface PairedCase extends PairedResult {
  name: string;
  threads: number;
  /** Share of all cores that something else kept busy before it began. */
  busyAtStart: number;
  /** Of a row kept from an earlier run: what made it. */
  command?: string;
}

const sides = fileURLToPath(new URL('./sides/', import.meta.url));

/** One fresh process of a side: its script of bench/sides on as many threads as the request says. */
export function runScript<T extends object>(
  which: SideName,
  scripts: Record<SideName, string>,
  request: { threads: number } & Record<string, unknown>,
): Promise<T> {
  const threads = String(request.threads);
  const program = which === 'ours' ? process.execPath : python();
  const env = { OMP_NUM_THREADS: threads, OPENBLAS_NUM_THREADS: threads };
  return runSide<T>([program, `${sides}${scripts[which]}`], request, env);
}

/**
 * Measures a case in pairs. Its row has seconds and memory alone; `found` is all that the processes of its pairs gave back (one of the
 * warm-up is left out).
 */
export async function measureCase<T extends Measurement>(
  { name, threads }: { name: string; threads: number },
  run: (which: SideName) => Promise<T>,
  { pairs, warmup, log }: Pick<BenchmarkOptions, 'pairs' | 'log'> & { warmup: boolean },
): Promise<{ row: PairedCase; found: Record<SideName, T[]> }> {
  const busyAtStart = busyShare();
  const all: Record<SideName, T[]> = { ours: [], native: [] };
  const side = (which: SideName) => async () => {
    const measured = await run(which);
    all[which].push(measured);
    return { seconds: measured.seconds, peakRss: measured.peakRss };
  };
  const paired = await measurePairs(
    { ours: side('ours'), native: side('native') },
    {
      pairs,
      warmup,
      onPair: ({ ours, native }) =>
        log(`${name}, ${threads} thread(s): ours ${ours.seconds.toFixed(3)} s, native ${native.seconds.toFixed(3)} s`),
    },
  );
  const found = { ours: all.ours.slice(-pairs), native: all.native.slice(-pairs) };
  return { row: { name, threads, busyAtStart, ...paired }, found };
}

/** What either side found in its last pair. */
export function lastOf<T>({ ours, native }: Record<SideName, T[]>): Record<SideName, T> {
  return { ours: ours[ours.length - 1], native: native[native.length - 1] };
}
