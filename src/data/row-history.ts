/** The rows before each split: past features that lags and rolling windows at its start may read. Holds no labels. */
import type { SplitRole } from '../core/split.js';
import type { Table } from '../core/table.js';
import type { History } from '../preprocessing/raw-splits.js';

export class RowHistory {
  readonly #table: Table;
  readonly #times: Float64Array | undefined;
  readonly #groups: readonly (string | number)[] | undefined;
  readonly #starts: ReadonlyMap<SplitRole, number>;

  /**
   * @param table feature columns of all rows in time order
   * @param starts position of the first row of each split in `table`
   * @param holdoutRows source rows of the holdout: which rows are sealed is no secret, what is in them is
   */
  constructor(
    table: Table,
    rows: { times?: Float64Array; groups?: readonly (string | number)[] },
    starts: ReadonlyMap<SplitRole, number>,
    readonly holdoutRows: Uint32Array,
  ) {
    this.#table = table;
    this.#times = rows.times;
    this.#groups = rows.groups;
    this.#starts = starts;
  }

  /** Rows before the first row of a split, undefined where there are none. */
  before(role: SplitRole): History | undefined {
    const end = this.#starts.get(role) ?? 0;
    if (end === 0) return undefined;
    return {
      X: this.#table.slice(0, end),
      ...(this.#times && { times: this.#times.subarray(0, end) }),
      ...(this.#groups && { groups: this.#groups.slice(0, end) }),
    };
  }
}
