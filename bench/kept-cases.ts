/** Rows of the committed results that a run leaves as they are, because it measured other cases: `--cases x` renews x alone. */
import { existsSync, readFileSync } from 'node:fs';

/** What tells a row from others. */
export interface KeptRow {
  name: string;
  threads: number;
  /** Of a row kept from an earlier run: what made it. */
  command?: string;
}

/** What was measured on what: rows of two runs stand in one table only where all of it, besides the rows, is equal. */
export interface CaseResults<T extends KeptRow> {
  machine: object;
  versions: object;
  cases: T[];
}

const RESULTS = new URL('./results/', import.meta.url);

/** The rows just measured and those of `<benchmark>.json` that were not, in the order of `names` and then of threads. */
export function withKept<T extends KeptRow>(
  benchmark: string,
  { cases, ...conditions }: CaseResults<T>,
  names: readonly string[],
  directory = RESULTS,
): T[] {
  const file = new URL(`${benchmark}.json`, directory);
  const kept = existsSync(file) ? keptOf<T>(JSON.parse(readFileSync(file, 'utf8')), conditions) : [];
  const measured = new Set(cases.map(({ name, threads }) => `${threads} ${name}`));
  const others = kept.filter(({ name, threads }) => names.includes(name) && !measured.has(`${threads} ${name}`));
  return [...cases, ...others].sort((a, b) => names.indexOf(a.name) - names.indexOf(b.name) || a.threads - b.threads);
}

function keptOf<T extends KeptRow>(
  { command, cases, ...before }: CaseResults<T> & { command: string },
  conditions: object,
): T[] {
  if (JSON.stringify(before) !== JSON.stringify(conditions)) return [];
  return cases.map((row) => ({ ...row, command: row.command ?? command }));
}

/** Lines that say which rows are of earlier runs, and what made them; none where all were just measured. */
export function keptLines(cases: readonly KeptRow[]): string[] {
  const commands = new Map<string, string[]>();
  for (const { name, threads, command } of cases) {
    if (command !== undefined) commands.set(command, [...(commands.get(command) ?? []), `${name} (${threads})`]);
  }
  return [...commands].map(([command, rows]) => `Kept from \`${command}\`, by case (threads): ${rows.join(', ')}.`);
}
