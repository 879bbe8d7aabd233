/** Quality of features by themselves: missing, infinite, constant, duplicate columns; duplicate rows. */
import { sha256 } from '../core/hash.js';
import type { Column, Table } from '../core/table.js';
import type { Turns } from '../core/turns.js';
import { hashRows, sameRow } from '../splits/row-hash.js';
import { MAX_ROWS, percent, type QCFinding } from './qc-finding.js';

const MUCH_MISSING = 0.2;

/** Findings of one column. */
export function columnFindings(name: string, column: Column): QCFinding[] {
  const rows = column.kind === 'categorical' ? column.codes.length : column.values.length;
  const missing = missingCount(column);
  if (missing === rows) {
    return [
      {
        code: 'ALL_MISSING',
        severity: 'warning',
        column: name,
        message: `Column '${name}' has no values`,
        values: { missing },
      },
    ];
  }
  const findings: QCFinding[] = [];
  if (missing > 0) {
    const share = missing / rows;
    findings.push({
      code: 'MISSING_VALUES',
      severity: share >= MUCH_MISSING ? 'warning' : 'info',
      column: name,
      message: `${percent(share)} of column '${name}' is missing`,
      values: { missing, share },
    });
  }
  if (isConstant(column)) {
    findings.push({
      code: 'CONSTANT_COLUMN',
      severity: 'warning',
      column: name,
      message: `Column '${name}' has one value only`,
    });
  }
  return [
    ...findings,
    ...(column.kind === 'categorical' ? cardinality(name, column.codes, missing) : infinite(name, column.values)),
  ];
}

function missingCount(column: Column): number {
  let count = 0;
  if (column.kind === 'categorical') for (const code of column.codes) count += code < 0 ? 1 : 0;
  else for (const value of column.values) count += Number.isNaN(value) ? 1 : 0;
  return count;
}

/** Whether all known values are equal; there is at least one. */
function isConstant(column: Column): boolean {
  const cells = column.kind === 'categorical' ? column.codes : column.values;
  const missing = (cell: number) => (column.kind === 'categorical' ? cell < 0 : Number.isNaN(cell));
  let first: number | undefined;
  for (let i = 0; i < cells.length; i++) {
    if (missing(cells[i])) continue;
    if (first === undefined) first = cells[i];
    else if (cells[i] !== first) return false;
  }
  return true;
}

function infinite(name: string, values: Float64Array): QCFinding[] {
  const rows: number[] = [];
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    if (Math.abs(values[i]) !== Number.POSITIVE_INFINITY) continue;
    count++;
    if (rows.length < MAX_ROWS) rows.push(i);
  }
  if (count === 0) return [];
  return [
    {
      code: 'INFINITE_VALUES',
      severity: 'error',
      column: name,
      message: `Column '${name}' has ${count} infinite values`,
      rows,
      values: { count },
    },
  ];
}

function cardinality(name: string, codes: Int32Array, missing: number): QCFinding[] {
  const distinct = new Set(codes).size - (missing > 0 ? 1 : 0);
  const known = codes.length - missing;
  if (distinct <= 50 || distinct * 2 <= known) return [];
  return [
    {
      code: 'HIGH_CARDINALITY',
      severity: 'warning',
      column: name,
      message: `Column '${name}' has ${distinct} different texts in ${known} rows: an identifier rather than a feature`,
      values: { distinct, known },
    },
  ];
}

/** Columns that hold the same as an earlier one. */
export async function duplicateColumns(table: Table, names: readonly string[], turns: Turns): Promise<QCFinding[]> {
  const firstOf = new Map<string, string>();
  const findings: QCFinding[] = [];
  for (const name of names) {
    await turns.pause();
    const key = contentHash(table.column(name));
    const first = firstOf.get(key);
    if (first === undefined) firstOf.set(key, name);
    else
      findings.push({
        code: 'DUPLICATE_COLUMNS',
        severity: 'warning',
        column: name,
        message: `Column '${name}' equals column '${first}'`,
      });
  }
  return findings;
}

/** Equal for columns with equal cells: codes are numbered by first appearance, since category lists may be ordered differently. */
function contentHash(column: Column): string {
  if (column.kind !== 'categorical') return `${column.kind} ${sha256(column.values)}`;
  const order = new Map<number, number>();
  const codes = column.codes.map((code) => {
    if (code < 0) return -1;
    const known = order.get(code);
    if (known !== undefined) return known;
    order.set(code, order.size);
    return order.size - 1;
  });
  return `${column.kind} ${sha256(codes)} ${sha256([...order.keys()].map((code) => JSON.stringify(column.categories[code])).join())}`;
}

/** Rows that equal an earlier one in all columns given. */
export async function duplicateRows(table: Table, turns: Turns): Promise<QCFinding[]> {
  const { a, b } = await hashRows(table, turns);
  const firstOf = new Map<number, number[]>();
  const rows: number[] = [];
  let count = 0;
  for (let i = 0; i < table.rowCount; i++) {
    // 53 bits decide quickly, the cells themselves finally.
    const key = a[i] * 2 ** 21 + (b[i] >>> 11);
    const earlier = firstOf.get(key);
    if (!earlier) firstOf.set(key, [i]);
    else if (earlier.some((row) => sameRow(table, row, table, i))) {
      count++;
      if (rows.length < MAX_ROWS) rows.push(i);
    } else earlier.push(i);
  }
  if (count === 0) return [];
  const share = count / table.rowCount;
  return [
    {
      code: 'DUPLICATE_ROWS',
      severity: 'warning',
      message: `${count} rows (${percent(share)}) repeat an earlier row`,
      rows,
      values: { count, share },
    },
  ];
}
