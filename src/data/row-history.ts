/**
 * The rows before and between those of a split: past features that its lags and rolling windows may read. Holds no labels.
 */
import type { SplitRole } from '../core/split.js';
import type { Table } from '../core/table.js';
import type { EarlierRows } from '../preprocessing/raw-splits.js';

export class RowHistory {
  readonly #table: Table;
  readonly #times: Float64Array | undefined;
  readonly #groups: readonly (string | number)[] | undefined;
  readonly #positions: Readonly<Record<SplitRole, Uint32Array>>;

  /**
   * @param table feature columns of all rows in time order
   * @param positions rows of each split in `table`, ascending
   * @param holdoutRows source rows of the holdout: which rows are sealed is no secret, what is in them is
   */
  constructor(
    table: Table,
    rows: { times?: Float64Array; groups?: readonly (string | number)[] },
    positions: Readonly<Record<SplitRole, Uint32Array>>,
    readonly holdoutRows: Uint32Array,
  ) {
    this.#table = table;
    this.#times = rows.times;
    this.#groups = rows.groups;
    this.#positions = positions;
  }

  /**
   * Rows that the split does not hold and that lie before its last row; with groups, only those of its own groups, as nothing reaches from
   * one entity into another. Undefined where there are none.
   */
  of(role: SplitRole): EarlierRows | undefined {
    const own = this.#positions[role];
    if (own.length === 0) return undefined;
    const [first, last] = [own[0], own[own.length - 1]];
    // One run of rows, and no groups: what lies before it can be a view, but for train, whose history anyone can ask for: behind a view
    // lies the whole column, with the holdout's rows.
    const run = !this.#groups && last - first + 1 === own.length;
    return run && role !== 'train' ? this.rows(0, first) : this.others(own);
  }

  private rows(from: number, to: number): EarlierRows {
    return { X: this.#table.slice(from, to), ...(this.#times && { times: this.#times.subarray(from, to) }) };
  }

  private others(own: Uint32Array): EarlierRows | undefined {
    const groups = this.#groups;
    const entities = groups && new Set(Array.from(own, (position) => groups[position]));
    const rows: number[] = [];
    const after: number[] = [];
    for (let position = 0, passed = 0; passed < own.length; position++) {
      if (position === own[passed]) passed++;
      else if (!groups || entities?.has(groups[position])) {
        rows.push(position);
        after.push(passed);
      }
    }
    if (rows.length === 0) return undefined;
    const times = this.#times;
    return {
      X: this.#table.take(rows),
      after: Uint32Array.from(after),
      ...(times && { times: Float64Array.from(rows, (position) => times[position]) }),
      ...(groups && { groups: rows.map((position) => groups[position]) }),
    };
  }
}
