/** `Table` to a Parquet file (hyparquet-writer, loaded on first use). */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SchemaElement } from 'hyparquet';
import { InvalidInputError } from '../core/errors.js';
import { writeFileAtomic } from '../core/files.js';
import type { Column, Table } from '../core/table.js';

/** Cells encoded before other work gets its turn. */
const CELLS_A_GROUP = 500_000;
/** Prices and features rarely repeat: looking for a dictionary costs a third of the time and finds none. */
const PLAIN = { encoding: 'PLAIN' } as const;

/**
 * Writes a table as one Parquet file (snappy), atomically. Numeric columns become DOUBLE with NaN where missing, so that every bit comes
 * back; categorical ones strings and time ones UTC timestamps in microseconds, with nulls.
 */
export async function writeParquet(path: string, table: Table): Promise<void> {
  if (table.rowCount === 0) {
    throw new InvalidInputError('writeParquet: the table has no rows', { hint: 'There is nothing to write.' });
  }
  const { ByteWriter, parquetWrite } = await import('hyparquet-writer');
  const names = table.columnNames;
  const schema = [
    { name: 'root', num_children: names.length },
    ...names.map((name) => schemaOf(name, table.column(name))),
  ];
  const writer = Object.assign(new ByteWriter(), { flush: () => nextTurn() });
  const rowGroupSize = Math.max(1000, Math.floor(CELLS_A_GROUP / names.length));
  const columnData = names.map((name) => ({
    name,
    data: cellsOf(table, name),
    ...(table.column(name).kind === 'numeric' && PLAIN),
  }));
  await parquetWrite({ writer, columnData, schema, rowGroupSize, createdBy: 'holdfast' });
  await writeFileAtomic(path, writer.getBytes());
}

function cellsOf(table: Table, name: string): Float64Array | (bigint | string | null)[] {
  const column = table.column(name);
  if (column.kind === 'numeric') return column.values;
  return column.kind === 'time' ? microseconds(column.values) : table.strings(name);
}

function schemaOf(name: string, column: Column): SchemaElement {
  switch (column.kind) {
    case 'numeric':
      return { name, type: 'DOUBLE', repetition_type: 'REQUIRED' };
    case 'time':
      return {
        name,
        type: 'INT64',
        repetition_type: 'OPTIONAL',
        converted_type: 'TIMESTAMP_MICROS',
        logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
      };
    default:
      return {
        name,
        type: 'BYTE_ARRAY',
        repetition_type: 'OPTIONAL',
        converted_type: 'UTF8',
        logical_type: { type: 'STRING' },
      };
  }
}

const microseconds = (times: Float64Array): (bigint | null)[] =>
  Array.from(times, (ms) => (Number.isNaN(ms) ? null : BigInt(Math.round(ms * 1000))));
