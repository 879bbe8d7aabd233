/**
 * Measures two programs that do the same work, interleaved: a warm-up, then pairs, each measurement a fresh process, the order
 * within a pair alternating. A process measures itself and prints one JSON object; what disturbs one side of a pair is likely
 * to disturb the other, so the ratio is taken pair by pair.
 */
import { spawn } from 'node:child_process';

/** What a side prints. */
export interface Measurement {
  /** Seconds of the work itself. */
  seconds: number;
  /** Bytes, the most the process held when the work was done. */
  peakRss: number;
}

export interface Spread {
  median: number;
  min: number;
  max: number;
}

export interface PairedResult {
  pairs: { ours: Measurement; native: Measurement }[];
  seconds: { ours: Spread; native: Spread };
  /** Ours divided by native, over the pairs. */
  ratio: Spread;
  peakRss: { ours: Spread; native: Spread };
}

export type Side = () => Promise<Measurement>;

export async function measurePairs(
  sides: { ours: Side; native: Side },
  options: { pairs: number; warmup: boolean; onPair?: (pair: { ours: Measurement; native: Measurement }) => void },
): Promise<PairedResult> {
  if (options.warmup) {
    await sides.ours();
    await sides.native();
  }
  const pairs: PairedResult['pairs'] = [];
  for (let i = 0; i < options.pairs; i++) {
    let pair: { ours: Measurement; native: Measurement };
    if (i % 2 === 0) {
      const ours = await sides.ours();
      pair = { ours, native: await sides.native() };
    } else {
      const native = await sides.native();
      pair = { ours: await sides.ours(), native };
    }
    pairs.push(pair);
    options.onPair?.(pair);
  }
  const of = (side: 'ours' | 'native', key: keyof Measurement) => spread(pairs.map((pair) => pair[side][key]));
  return {
    pairs,
    seconds: { ours: of('ours', 'seconds'), native: of('native', 'seconds') },
    ratio: spread(pairs.map((pair) => pair.ours.seconds / pair.native.seconds)),
    peakRss: { ours: of('ours', 'peakRss'), native: of('native', 'peakRss') },
  };
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted[sorted.length - 1] };
}

/** Runs a program with `request` as its JSON argument; what it prints last is its answer. */
export async function runSide<T extends object>(
  program: readonly [command: string, ...args: string[]],
  request: unknown,
  env: Record<string, string> = {},
): Promise<T> {
  const [command, ...args] = program;
  const child = spawn(command, [...args, JSON.stringify(request)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (status !== 0) throw new Error(`${program.join(' ')} ended with status ${status}`);
  return JSON.parse(output.trim().split('\n').pop() ?? '') as T;
}
