/** Drift of features between the training rows and those of another split: the population stability index. */
import { InvalidInputError } from '../core/errors.js';
import { log } from '../core/math.js';
import type { SplitRole } from '../core/split.js';
import type { Column, Table } from '../core/table.js';
import type { Turns } from '../core/turns.js';
import { evenly, type QCFinding } from './qc-finding.js';

const DECILES = 10;
/** Rows of each split looked at: the index is then known to about 0.001. */
const SAMPLE = 20_000;
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
  const sample = evenly(train, SAMPLE);
  const findings: QCFinding[] = [];
  for (const name of features) {
    const column = table.column(name);
    if (column.kind === 'time') continue;
    const bins = binning(column, sample);
    const expected = histogram(bins, sample);
    for (const role of ['validation', 'test'] as const) {
      const rows = splits[role];
      await turns.pause();
      if (!rows || rows.length === 0) continue;
      const psi = stabilityIndex(expected, histogram(bins, evenly(rows, SAMPLE)));
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

/** Sum over bins of (actual - expected) * ln(actual / expected), shares of at least 1e-4; bins in ascending order. */
function stabilityIndex(expected: Float64Array, actual: Float64Array): number {
  const shares = (counts: Float64Array) => {
    const total = counts.reduce((sum, count) => sum + count, 0);
    return counts.map((count) => Math.max(count / total, SMALLEST_SHARE));
  };
  const e = shares(expected);
  const a = shares(actual);
  let sum = 0;
  for (let bin = 0; bin < e.length; bin++) {
    if (expected[bin] + actual[bin] > 0) sum += (a[bin] - e[bin]) * log(a[bin] / e[bin]);
  }
  return sum;
}

/** Bin 0 holds what is missing; then deciles of the training rows, or the categories. */
interface Binning {
  readonly bins: number;
  readonly binOf: (row: number) => number;
}

function histogram({ bins, binOf }: Binning, rows: ArrayLike<number>): Float64Array {
  const counts = new Float64Array(bins);
  for (let i = 0; i < rows.length; i++) counts[binOf(rows[i])]++;
  return counts;
}

function binning(column: Column, train: ArrayLike<number>): Binning {
  if (column.kind === 'categorical') {
    return { bins: column.categories.length + 1, binOf: (row) => column.codes[row] + 1 };
  }
  const { values } = column;
  const known = new Float64Array(train.length);
  let count = 0;
  for (let i = 0; i < train.length; i++) if (!Number.isNaN(values[train[i]])) known[count++] = values[train[i]];
  const sorted = known.subarray(0, count).sort();
  const edges: number[] = [];
  for (let b = 1; b < DECILES && count > 0; b++) {
    const edge = sorted[Math.floor((b * count) / DECILES)];
    if (edge !== edges.at(-1)) edges.push(edge);
  }
  const binOf = (row: number) => {
    const value = values[row];
    if (Number.isNaN(value)) return 0;
    let bin = 1;
    while (bin <= edges.length && value >= edges[bin - 1]) bin++;
    return bin;
  };
  return { bins: edges.length + 2, binOf };
}
