/** Cells and closing lines that the speed tables share. */
import type { Spread } from './harness.js';
import { keptLines } from './kept-cases.js';
import type { Machine } from './machine.js';
import type { PairedCase } from './paired-case.js';

/** Median (smallest to largest). */
export function range({ median, min, max }: Spread, digits = 2): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)} to ${max.toFixed(digits)})`;
}

/** Native / ours of ours / native. */
export function inverse({ median, min, max }: Spread): Spread {
  return { median: 1 / median, min: 1 / max, max: 1 / min };
}

export function mebibytes({ median }: Spread): string {
  return (median / 2 ** 20).toFixed(0);
}

const BUSY = 0.15;

/** The case's name, marked where something else was running. */
export function markedName({ name, busyAtStart }: PairedCase): string {
  return busyAtStart > BUSY ? `${name} (*)` : name;
}

/** What stands below a table: what the mark means, rows of earlier runs, machine and versions. */
export function closingLines(
  cases: readonly PairedCase[],
  machine: Machine,
  versions: Record<string, string>,
): string[] {
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    '',
    ...(cases.some(({ busyAtStart }) => busyAtStart > BUSY)
      ? ['(*) Something else was running: do not trust these times.', '']
      : []),
    ...keptLines(cases),
    `Pairs: ${[...new Set(cases.map(({ pairs }) => pairs.length))].join(', ')}. Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}.`,
    `Versions: ${list.join(', ')}.`,
  ];
}
