/** Quality of the time column: missing times, order, repeats and gaps within each group. */
import { InvalidInputError } from '../core/errors.js';
import type { Column, Table } from '../core/table.js';
import { MAX_ROWS, percent, type QCFinding } from './qc-finding.js';

/** A pause this many times the usual step is a gap. */
const GAP = 10;

export function timeFindings(table: Table, time: string, group?: string): QCFinding[] {
  const times = table.numeric(time);
  const missing = rowsWhere(times.length, (i) => !Number.isFinite(times[i]));
  if (missing.count === times.length) {
    throw new InvalidInputError(`The time column '${time}' has no values`, {
      hint: 'Pass the column of timestamps.',
      details: { column: time },
    });
  }
  const findings: QCFinding[] = [];
  if (missing.count > 0) {
    findings.push({
      code: 'TIME_MISSING',
      severity: 'error',
      column: time,
      message: `${missing.count} rows have no time`,
      rows: missing.rows,
      values: { count: missing.count },
    });
  }
  const entity = group === undefined ? undefined : table.column(group);
  const before = previousRow(times, entity);
  findings.push(...order(times, time, before), ...repeats(times, time, entity), ...gaps(times, time, before));
  return findings;
}

function rowsWhere(rows: number, test: (row: number) => boolean): { rows: number[]; count: number } {
  const found: number[] = [];
  let count = 0;
  for (let i = 0; i < rows; i++) {
    if (!test(i)) continue;
    count++;
    if (found.length < MAX_ROWS) found.push(i);
  }
  return { rows: found, count };
}

const groupKey = (column: Column | undefined, row: number): number =>
  column === undefined ? 0 : column.kind === 'categorical' ? column.codes[row] : column.values[row];

/** The row of the same group before each row that has a time; -1 for the first. */
function previousRow(times: Float64Array, group: Column | undefined): Int32Array {
  const last = new Map<number, number>();
  const before = new Int32Array(times.length).fill(-1);
  for (let i = 0; i < times.length; i++) {
    if (!Number.isFinite(times[i])) continue;
    const key = groupKey(group, i);
    before[i] = last.get(key) ?? -1;
    last.set(key, i);
  }
  return before;
}

function order(times: Float64Array, time: string, before: Int32Array): QCFinding[] {
  const { rows, count } = rowsWhere(times.length, (i) => before[i] >= 0 && times[i] < times[before[i]]);
  if (count === 0) return [];
  return [
    {
      code: 'TIME_ORDER',
      severity: 'error',
      column: time,
      message: `${count} rows are earlier than the row before them`,
      rows,
      values: { count },
    },
  ];
}

/** The same time twice in one group, wherever the rows are. */
function repeats(times: Float64Array, time: string, group: Column | undefined): QCFinding[] {
  const seen = new Map<number, Set<number>>();
  const { rows, count } = rowsWhere(times.length, (i) => {
    if (!Number.isFinite(times[i])) return false;
    const key = groupKey(group, i);
    const known = seen.get(key) ?? new Set();
    seen.set(key, known);
    if (known.has(times[i])) return true;
    known.add(times[i]);
    return false;
  });
  if (count === 0) return [];
  return [
    {
      code: 'DUPLICATE_TIMESTAMPS',
      severity: 'warning',
      column: time,
      message: `${count} rows repeat a time${group ? ' of their group' : ''}`,
      rows,
      values: { count },
    },
  ];
}

function gaps(times: Float64Array, time: string, before: Int32Array): QCFinding[] {
  const steps: number[] = [];
  for (let i = 0; i < times.length; i++)
    if (before[i] >= 0 && times[i] > times[before[i]]) steps.push(times[i] - times[before[i]]);
  if (steps.length < 2) return [];
  const usual = Float64Array.from(steps).sort()[steps.length >> 1];
  const isGap = (i: number) => before[i] >= 0 && times[i] - times[before[i]] > GAP * usual;
  const { rows, count } = rowsWhere(times.length, isGap);
  if (count === 0) return [];
  const largest = steps.reduce((max, step) => Math.max(max, step), 0);
  return [
    {
      code: 'TIME_GAPS',
      severity: 'info',
      column: time,
      message: `${count} pauses (${percent(count / steps.length)} of the steps) are over ${GAP} times the usual step of ${usual} ms; the longest is ${largest} ms`,
      rows,
      values: { count, usual, largest },
    },
  ];
}
