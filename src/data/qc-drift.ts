/** Drift of features between the training rows and those of another split: the population stability index. */
import { InvalidInputError } from '../core/errors.js';
import { log } from '../core/math.js';
import type { SplitRole } from '../core/split.js';
import type { Column, Table } from '../core/table.js';
import type { Turns } from '../core/turns.js';
import type { QCFinding } from './qc-finding.js';

const BINS = 10;
/** Usual reading (Siddiqi, Credit Risk Scorecards, 2006): below 0.1 stable, above 0.25 shifted. */
const SHIFTED = 0.25;
const MOVED = 0.1;
/** A share of 0 would make the index infinite. */
const SMALLEST_SHARE = 1e-4;

/** Row numbers by role. */
export type SplitRows = Readonly<Partial<Record<SplitRole, ArrayLike<number>>>>;

/** Each feature's training distribution against validation and test; the holdout is not looked at. */
export async function driftFindings(
  table: Table,
  features: readonly string[],
  splits: SplitRows,
  turns: Turns,
): Promise<QCFinding[]> {
  const { train } = splits;
  if (!train || train.length === 0) {
    throw new InvalidInputError('Drift is measured against the training rows, and there are none', {
      hint: 'Pass splits: { train: rows, test: rows, ... }.',
    });
  }
  for (const rows of Object.values(splits)) checkRows(rows, table.rowCount);
  const findings: QCFinding[] = [];
  for (const name of features) {
    const column = table.column(name);
    if (column.kind === 'time') continue;
    const binOf = binning(column, train);
    const expected = histogram(binOf, train);
    for (const role of ['validation', 'test'] as const) {
      const rows = splits[role];
      await turns.pause();
      if (!rows || rows.length === 0) continue;
      const psi = stabilityIndex(expected, histogram(binOf, rows));
      if (psi < MOVED) continue;
      findings.push({
        code: 'DRIFT',
        severity: psi >= SHIFTED ? 'warning' : 'info',
        column: name,
        message: `Column '${name}' is distributed differently in ${role} than in train (population stability index ${psi.toFixed(3)})`,
        values: { psi },
      });
    }
  }
  return findings;
}

function checkRows(rows: ArrayLike<number>, rowCount: number): void {
  for (let i = 0; i < rows.length; i++) {
    if (Number.isInteger(rows[i]) && rows[i] >= 0 && rows[i] < rowCount) continue;
    throw new InvalidInputError(`splits name row ${rows[i]}, the table has the rows 0 to ${rowCount - 1}`, {
      hint: 'Pass row numbers of this table.',
      details: { row: rows[i] },
    });
  }
}

/** Sum over bins of (actual - expected) * ln(actual / expected), shares of at least 1e-4. */
export function stabilityIndex(expected: Map<number, number>, actual: Map<number, number>): number {
  const shares = (counts: Map<number, number>) => {
    let total = 0;
    for (const count of counts.values()) total += count;
    return (bin: number) => Math.max((counts.get(bin) ?? 0) / total, SMALLEST_SHARE);
  };
  const e = shares(expected);
  const a = shares(actual);
  let sum = 0;
  for (const bin of [...new Set([...expected.keys(), ...actual.keys()])].sort((x, y) => x - y))
    sum += (a(bin) - e(bin)) * log(a(bin) / e(bin));
  return sum;
}

function histogram(binOf: (row: number) => number, rows: ArrayLike<number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (let i = 0; i < rows.length; i++) counts.set(binOf(rows[i]), (counts.get(binOf(rows[i])) ?? 0) + 1);
  return counts;
}

/** Deciles of the training rows, or the categories; -1 holds what is missing. */
function binning(column: Column, train: ArrayLike<number>): (row: number) => number {
  if (column.kind === 'categorical') return (row) => column.codes[row];
  const { values } = column;
  const known: number[] = [];
  for (let i = 0; i < train.length; i++) if (!Number.isNaN(values[train[i]])) known.push(values[train[i]]);
  const sorted = Float64Array.from(known).sort();
  const edges: number[] = [];
  for (let b = 1; b < BINS && sorted.length > 0; b++) {
    const edge = sorted[Math.floor((b * sorted.length) / BINS)];
    if (edge !== edges.at(-1)) edges.push(edge);
  }
  return (row) => {
    const value = values[row];
    if (Number.isNaN(value)) return -1;
    let bin = 0;
    while (bin < edges.length && value >= edges[bin]) bin++;
    return bin;
  };
}
