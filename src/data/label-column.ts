/** A label column as numbers: numeric labels as they are, text mapped to 0..k-1 with its names kept. */
import { rowsWhere } from '../core/checks.js';
import { InvalidInputError } from '../core/errors.js';
import type { Table } from '../core/table.js';
import { listed } from '../core/text.js';

export interface LabelValues {
  /** (rows,) NaN where the label is missing. */
  readonly y: Float64Array;
  /** For text: `classNames[k]` is the text of label k. */
  readonly classNames?: readonly string[];
}

/**
 * Labels of a column; a missing label is NaN. Text becomes its place among the sorted texts that occur, unless every one of them is a number:
 * then that number. Throws `InvalidInputError` for infinite labels and for a time column.
 */
export function labelColumn(table: Table, name: string): LabelValues {
  const column = table.column(name);
  if (column.kind === 'time') {
    throw new InvalidInputError(`The label column '${name}' holds times`, {
      hint: 'A label is a number or a class name; labelEnd is the option for the time at which it is known.',
      details: { column: name },
    });
  }
  if (column.kind === 'numeric') {
    const bad = rowsWhere(column.values.length, (i) => Math.abs(column.values[i]) === Number.POSITIVE_INFINITY);
    if (bad.count > 0) {
      throw new InvalidInputError(`Label column '${name}' is infinite in ${bad.count} rows (${listed(bad.rows)})`, {
        hint: 'Labels are finite numbers; a missing label (NaN) drops its row.',
        details: { column: name, ...bad },
      });
    }
    return { y: column.values };
  }
  const used = [...new Set(column.codes)].filter((code) => code >= 0);
  const texts = used.map((code) => column.categories[code]).sort();
  const numbers = texts.map((text) => (text.trim() === '' ? Number.NaN : Number(text)));
  const numeric = texts.length > 0 && numbers.every(Number.isFinite);
  const labelOf = new Map(texts.map((text, k) => [text, numeric ? numbers[k] : k]));
  const values = column.categories.map((text) => labelOf.get(text) ?? Number.NaN);
  const y = Float64Array.from(column.codes, (code) => (code < 0 ? Number.NaN : values[code]));
  return numeric ? { y } : { y, classNames: texts };
}
