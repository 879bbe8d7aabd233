/** What the leak prover found, as plain data with a sentence for each leak. */
import type { ChangedColumn, Differences } from './before-cut.js';
import { PERTURBED, type Perturbation } from './perturbations.js';

/** One step that gives other results before the cut when something after it changes. */
export interface Leak {
  readonly step: string;
  readonly perturbation: Perturbation;
  /** Columns with other values before the cut, those that differ in most rows first. */
  readonly columns: readonly ChangedColumn[];
  /** What is different about the columns themselves, such as one that was chosen by all rows. */
  readonly shape: readonly string[];
  /** Rows between the first that differs and the cut: how far ahead the step looks at least. 0 when no values differ. */
  readonly reach: number;
  readonly message: string;
  readonly hint: string;
}

/** A run that says nothing, because the step refused the changed rows. */
export interface InconclusiveRun {
  readonly step: string;
  readonly perturbation: Perturbation;
  readonly message: string;
}

/** What `proveNoLeak` found. */
export interface LeakReport {
  /** No step leaks, and every step came through at least one perturbation. */
  readonly ok: boolean;
  readonly rowsBefore: number;
  readonly rowsAfter: number;
  readonly seed: number;
  readonly perturbations: readonly Perturbation[];
  readonly steps: readonly { readonly name: string; readonly ok: boolean; readonly leaks: number }[];
  /** In the order of the steps. */
  readonly leaks: readonly Leak[];
  readonly inconclusive: readonly InconclusiveRun[];
}

const HINT =
  'Compute it from rows up to its own (lags, trailing windows), or fit it on the training rows only (PreprocessingPipeline does both).';

export function leakOf(step: string, perturbation: Perturbation, found: Differences): Leak {
  const { shape, rows } = found;
  const columns = [...found.columns].sort((a, b) => b.rows - a.rows);
  const first = columns.reduce((row, column) => Math.min(row, column.firstRow), rows[0]);
  const reach = rows[0] - first;
  const what = [...shape, ...(rows[0] === rows[1] ? [] : [`${rows[1]} rows instead of ${rows[0]}`])];
  const [most, ...others] = columns;
  if (most) {
    const more = others.length > 0 ? ` (and ${others.length} more columns)` : '';
    what.push(
      `'${most.name}'${more} differs in ${most.rows} of ${rows[0]} rows, first in row ${most.firstRow} (${change(most)})`,
    );
  }
  const far = most
    ? first === 0
      ? ', from the first row on'
      : `, up to ${reach} ${reach === 1 ? 'row' : 'rows'} before the cut`
    : '';
  return {
    step,
    perturbation,
    columns,
    shape,
    reach,
    message: `'${step}' leaks: before the cut ${what.join(', ')} when later rows ${PERTURBED[perturbation]}${far}`,
    hint: HINT,
  };
}

/** Six digits, or all of them where the difference lies beyond. */
function change({ value, changed }: ChangedColumn): string {
  const short = (v: number | string | null) => (typeof v === 'number' ? String(Number(v.toPrecision(6))) : String(v));
  const [from, to] =
    short(value) === short(changed) ? [String(value), String(changed)] : [short(value), short(changed)];
  return `${from} becomes ${to}`;
}
