/** Paired rows of a benchmark's results, whatever else stands in its file. */
import type { PairedResult, Spread } from '../harness.js';

/** Of `bench/results/<benchmark>.json`. */
export interface Results {
  readonly benchmark: string;
  /** What made them: one command, or several that measured some of the cases each. */
  readonly commands: readonly string[];
  readonly rows: readonly ResultRow[];
}

export interface ResultRow {
  /** The case, and on how many threads where the row says it. */
  readonly name: string;
  readonly seconds: PairedResult['seconds'];
  readonly peakRss: PairedResult['peakRss'];
  /** Ours divided by the peer's, pair by pair. */
  readonly ratio: Spread;
}

interface Entry extends Partial<PairedResult> {
  /** Of a row that another run made. */
  readonly command?: string;
  readonly name?: string;
  readonly library?: string;
  readonly threads?: number;
  /** Of predictions: rows of the test set in one call. */
  readonly rows?: unknown;
}

/** Results without paired rows (scores, limits) have none here. */
export function readResults(benchmark: string, json: string): Results {
  const { command = '', cases, rows } = JSON.parse(json) as { command?: string; cases?: unknown; rows?: unknown };
  const entries = [cases, rows].find(Array.isArray) ?? [];
  const commands = [command, ...(entries as Entry[]).flatMap((entry) => entry.command ?? [])];
  return { benchmark, commands: [...new Set(commands)], rows: (entries as Entry[]).flatMap(rowOf) };
}

function rowOf(entry: Entry): ResultRow[] {
  const { name = entry.library ?? '', threads } = entry;
  const { seconds, peakRss, ratio } = isPaired(entry.rows) ? entry.rows : entry;
  if (!seconds || !peakRss || !ratio) return [];
  return [{ name: threads === undefined ? name : `${name}, ${threads} thread(s)`, seconds, peakRss, ratio }];
}

const isPaired = (value: unknown): value is PairedResult =>
  typeof value === 'object' && value !== null && 'ratio' in value;
