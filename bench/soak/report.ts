/** The page of a soak. */
import type { describeMachine } from '../machine.js';
import type { Growth, Quantity } from './facts.js';

export interface SoakResult {
  readonly machine: ReturnType<typeof describeMachine>;
  readonly node: string;
  readonly minutes: number;
  /** Share of all cores that was busy before the start. */
  readonly busyBefore: number;
  /** Requests before the first model was there. */
  readonly refused: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly growth: readonly Growth[];
  readonly latency: readonly {
    readonly path: string;
    readonly requests: number;
    readonly p50: number;
    readonly p99: number;
    readonly p999: number;
    readonly most: number;
    readonly slow: boolean;
  }[];
}

const NAMES: Readonly<Record<Quantity, string>> = {
  rss: 'resident memory, MiB',
  heapUsed: 'JavaScript heap, MiB',
  external: 'external memory, MiB',
  arrayBuffers: 'array buffers, MiB',
  maps: 'memory mappings',
  threads: 'threads',
  files: 'open files',
};

export function report(command: string, result: SoakResult, inBytes: readonly Quantity[]): string {
  const { machine, growth, latency, counts, minutes } = result;
  const number = (quantity: Quantity, value: number) =>
    (inBytes.includes(quantity) ? value / 2 ** 20 : value).toFixed(1);
  const rows = growth.map(
    ({ quantity, first, last, most, perHour, grows }) =>
      `| ${NAMES[quantity]} | ${[first, last, most, perHour].map((value) => number(quantity, value)).join(' | ')} | ${grows ? '**yes**' : 'no'} |`,
  );
  const answers = latency.map(
    ({ path, requests, p50, p99, p999, most, slow }) =>
      `| ${path} | ${requests} | ${[p50, p99, p999, most].map((value) => value.toFixed(2)).join(' | ')} | ${slow ? '**no**' : 'yes'} |`,
  );
  return `# soak

Made by \`npm run build && ${command}\`.

A Node service trains models of ten families, two at a time, saves and loads each, registers, promotes and collects versions in a model store, and
answers 40 requests a second meanwhile: ${minutes} minutes, ${counts.trained} models trained, ${counts.loaded} loaded, ${counts.promoted} promoted. The first quarter is its warm-up.

| | first third | last third | most | slope an hour | grows |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

Medians of a value each two seconds. Answers, in milliseconds from the request to its end:

| endpoint | requests | p50 | p99 | p99.9 | slowest | p99 under 20 ms |
| --- | --- | --- | --- | --- | --- | --- |
${answers.join('\n')}

${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}; Node ${result.node}; ${(100 * result.busyBefore).toFixed(0)}% of the cores were busy before the start.
`;
}
