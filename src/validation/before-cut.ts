/** What differs between two tables in the rows before a cut, bit by bit. */
import type { Table } from '../core/table.js';

/** One column that is not the same before the cut. */
export interface ChangedColumn {
  readonly name: string;
  /** How many rows before the cut differ; 0 where the column is there only once, or has become another type. */
  readonly rows: number;
  /** The first and the last of them. */
  readonly firstRow: number;
  readonly lastRow: number;
  /** Values in the first of them. */
  readonly value: number | string | null;
  readonly changed: number | string | null;
}

export interface Differences {
  readonly columns: readonly ChangedColumn[];
  /** Columns that only the one or only the other has, or in another order or of another type. */
  readonly shape: readonly string[];
  /** Rows before the cut in both. */
  readonly rows: readonly [number, number];
}

/** Rows of a table before the cut. */
export interface Before {
  readonly table: Table;
  readonly rows: number;
  /** Whether a row's label is known before the cut; what becomes known later may differ. */
  readonly labelKnown: (row: number) => boolean;
}

/** Undefined when nothing differs. `labels` are columns of labels and of their ends. */
export function differences(a: Before, b: Before, labels: readonly string[]): Differences | undefined {
  const shape = shapeChanges(a.table, b.table);
  const shared = a.table.columnNames.filter((name) => b.table.has(name));
  const rows = Math.min(a.rows, b.rows);
  const columns = shared.flatMap((name) => {
    const counts = labels.includes(name) ? (row: number) => a.labelKnown(row) && b.labelKnown(row) : () => true;
    return changedColumn(name, a.table, b.table, rows, counts);
  });
  if (shape.length === 0 && columns.length === 0 && a.rows === b.rows) return undefined;
  return { columns, shape, rows: [a.rows, b.rows] };
}

function shapeChanges(a: Table, b: Table): string[] {
  const lost = a.columnNames.filter((name) => !b.has(name));
  const added = b.columnNames.filter((name) => !a.has(name));
  if (lost.length + added.length > 0)
    return [...lost.map((name) => `'${name}' is gone`), ...added.map((name) => `'${name}' is new`)];
  if (a.columnNames.join('\n') !== b.columnNames.join('\n')) return ['the columns have another order'];
  return a.columnNames
    .filter((name) => (a.column(name).kind === 'categorical') !== (b.column(name).kind === 'categorical'))
    .map((name) => `'${name}' has another type`);
}

function changedColumn(
  name: string,
  a: Table,
  b: Table,
  rows: number,
  counts: (row: number) => boolean,
): ChangedColumn[] {
  const [x, y] = [reader(a, name), reader(b, name)];
  let count = 0;
  let firstRow = -1;
  let lastRow = -1;
  for (let row = 0; row < rows; row++) {
    if (Object.is(x(row), y(row)) || !counts(row)) continue;
    if (count++ === 0) firstRow = row;
    lastRow = row;
  }
  if (count === 0) return [];
  return [{ name, rows: count, firstRow, lastRow, value: x(firstRow), changed: y(firstRow) }];
}

/** Text by its words: codes depend on what other rows hold. */
function reader(table: Table, name: string): (row: number) => number | string | null {
  const column = table.column(name);
  if (column.kind !== 'categorical') return (row) => column.values[row];
  return (row) => (column.codes[row] < 0 ? null : column.categories[column.codes[row]]);
}
