/** Ways to change everything that comes after a cut, so that whatever uses it shows. Seeded; rows before the cut stay as they are, bit by bit. */
import type { Column } from '../core/column.js';
import { deriveSeed, Random } from '../core/random.js';
import { Table } from '../core/table.js';

/**
 * - `shuffle`: values of each column in another order
 * - `extreme`: numbers a million times larger, text that never occurred, also where cells are empty
 * - `missing`: half of the cells empty
 * - `dropped`: half of the rows gone
 * - `truncated`: no row left
 * - `labels`: other labels, features untouched
 */
export type Perturbation = 'shuffle' | 'extreme' | 'missing' | 'dropped' | 'truncated' | 'labels';

export const PERTURBATIONS: readonly Perturbation[] = [
  'shuffle',
  'extreme',
  'missing',
  'dropped',
  'truncated',
  'labels',
];

/** As messages say it: "when later rows [are shuffled]". */
export const PERTURBED: Readonly<Record<Perturbation, string>> = {
  shuffle: 'are shuffled',
  extreme: 'hold extreme values',
  missing: 'have missing values',
  dropped: 'are dropped by half',
  truncated: 'are cut off',
  labels: 'have other labels',
};

export interface PerturbOptions {
  readonly seed: number;
  /** Columns that say when and who: they stay. */
  readonly keep: readonly string[];
  readonly label?: string;
  /** Whether a row's label is known before the cut. */
  readonly labelKnown: (row: number) => boolean;
}

/** UTF-16 never sorts it first, and no data set holds it. */
const UNSEEN = 'zz never seen before';

/** The table with rows from `from` on changed. */
export function perturb(table: Table, from: number, how: Perturbation, options: PerturbOptions): Table {
  const { seed, keep, label, labelKnown } = options;
  if (how === 'truncated') return copied(table.slice(0, from));
  const random = new Random(deriveSeed(seed, how));
  const rows = Array.from({ length: table.rowCount }, (_, row) => row);
  if (how === 'dropped') {
    const kept = rows.filter((row) => row < from || random.float() < 0.5);
    return table.take(kept);
  }
  // Labels that become known after the cut are part of what comes after it.
  const open = rows.filter((row) => !labelKnown(row));
  return Table.fromEntries(
    table.columnNames.map((name): [string, Column] => {
      const column = table.column(name);
      if (name === label)
        return [name, how === 'shuffle' || how === 'labels' ? relabelled(column, open, random) : column];
      if (keep.includes(name) || how === 'labels') return [name, column];
      return [name, changed(column, from, how, random)];
    }),
  );
}

const copied = (table: Table): Table => table.take(Array.from({ length: table.rowCount }, (_, row) => row));

/** Each label another one that occurs, where there is another. */
function relabelled(column: Column, rows: readonly number[], random: Random): Column {
  const values = column.kind === 'categorical' ? column.codes.slice() : column.values.slice();
  const known = [...new Set<number>(values)].filter((value) => value >= 0 || value < 0);
  for (const row of rows) {
    const others = known.filter((value) => value !== values[row]);
    if (others.length > 0) values[row] = others[random.int(others.length)];
  }
  return withValues(column, values);
}

function changed(column: Column, from: number, how: 'shuffle' | 'extreme' | 'missing', random: Random): Column {
  if (column.kind === 'categorical' && how === 'extreme') {
    const codes = column.codes.slice().fill(column.categories.length, from);
    return { kind: 'categorical', codes, categories: [...column.categories, UNSEEN] };
  }
  const values = column.kind === 'categorical' ? column.codes.slice() : column.values.slice();
  const after = values.subarray(from);
  if (how === 'shuffle') random.shuffle(after);
  const missing = column.kind === 'categorical' ? -1 : Number.NaN;
  for (let i = 0; i < after.length; i++) {
    if (how === 'missing' && random.float() < 0.5) after[i] = missing;
    // Missing cells too: who looks ahead may have seen nothing there.
    const size = Number.isNaN(after[i]) ? 0 : Math.abs(after[i]);
    if (how === 'extreme') after[i] = (size + 1) * (random.float() < 0.5 ? -1e6 : 1e6);
  }
  return withValues(column, values);
}

function withValues(column: Column, values: Int32Array | Float64Array): Column {
  if (column.kind === 'categorical') {
    return { kind: 'categorical', codes: Int32Array.from(values), categories: column.categories };
  }
  return { kind: column.kind, values: Float64Array.from(values) };
}
