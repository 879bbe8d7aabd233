/** Rows of a table by their join keys: rows with equal keys get one dense number, and rows of another table find it. */
import type { Column } from '../../core/column.js';
import { InvalidInputError } from '../../core/errors.js';
import { inTurns } from '../../core/turns.js';
import { NumberIndex } from './number-index.js';

const STRETCH = 50_000;

/** A key column of one table, with the name that messages use. */
export interface KeyColumn {
  readonly name: string;
  readonly column: Column;
}

/** Values of one column to ids 0 .. size-1. */
interface ColumnIds {
  size: number;
  /** Ids of another table's column of the same kind; -1 where its value does not occur, or is missing. */
  find(column: Column): (row: number) => number;
}

export class KeyGroups {
  private constructor(
    /** (rows,) group of each row, all 0 without keys; -1 where a key is missing. */
    readonly groups: Int32Array,
    readonly count: number,
    private readonly columns: readonly ColumnIds[],
    /** Of the second key on: (group by the keys before) * size + id to group. */
    private readonly pairs: readonly NumberIndex[],
  ) {}

  /**
   * Groups of the rows that `keys` are columns of. Without keys there is one: such features describe no entity.
   * @throws InvalidInputError - integers that double precision cannot hold: two of them could become one key
   */
  static async of(keys: readonly KeyColumn[], rows: number, what: string): Promise<KeyGroups> {
    let groups = new Int32Array(rows);
    let count = 1;
    const columns: ColumnIds[] = [];
    const pairs: NumberIndex[] = [];
    for (const key of keys) {
      const ids = new Int32Array(rows);
      const column = await columnIds(key, ids, what);
      const { size } = column;
      columns.push(column);
      if (columns.length === 1) {
        groups = ids;
        count = size;
        continue;
      }
      const pair = new NumberIndex();
      await inTurns(rows, STRETCH, (from, to) => {
        for (let i = from; i < to; i++)
          groups[i] = groups[i] < 0 || ids[i] < 0 ? -1 : pair.add(groups[i] * size + ids[i]);
      });
      count = pair.size;
      pairs.push(pair);
    }
    return new KeyGroups(groups, count, columns, pairs);
  }

  /** (rows,) group of each row of another table, -1 where there is none. `keys` have the order and the kinds of the own ones. */
  async find(keys: readonly KeyColumn[], rows: number, what: string): Promise<Int32Array> {
    const groups = new Int32Array(rows);
    for (const [k, key] of keys.entries()) {
      assertExact(key, what);
      const { size, find } = this.columns[k];
      const idOf = find(key.column);
      const pair = k > 0 ? this.pairs[k - 1] : undefined;
      await inTurns(rows, STRETCH, (from, to) => {
        for (let i = from; i < to; i++) {
          const id = groups[i] < 0 ? -1 : idOf(i);
          groups[i] = id < 0 || !pair ? id : pair.find(groups[i] * size + id);
        }
      });
    }
    return groups;
  }
}

async function columnIds(key: KeyColumn, ids: Int32Array, what: string): Promise<ColumnIds> {
  const { column } = key;
  if (column.kind === 'categorical') {
    ids.set(column.codes);
    const codeOf = new Map(column.categories.map((category, code) => [category, code]));
    return {
      size: column.categories.length,
      find: (other) => {
        if (other.kind !== 'categorical') return () => -1;
        const translated = Int32Array.from(other.categories, (category) => codeOf.get(category) ?? -1);
        return (row) => (other.codes[row] < 0 ? -1 : translated[other.codes[row]]);
      },
    };
  }
  assertExact(key, what);
  const index = new NumberIndex();
  const { values } = column;
  await inTurns(values.length, STRETCH, (from, to) => {
    for (let i = from; i < to; i++) ids[i] = index.add(values[i]);
  });
  return {
    size: index.size,
    find: (other) => (other.kind === 'categorical' ? () => -1 : (row) => index.find(other.values[row])),
  };
}

function assertExact({ name, column }: KeyColumn, what: string): void {
  if (column.kind === 'categorical') return;
  const { values } = column;
  for (let i = 0; i < values.length; i++) {
    if (Math.abs(values[i]) > Number.MAX_SAFE_INTEGER) {
      throw new InvalidInputError(
        `${what}: join key '${name}' holds ${values[i]} in row ${i}, beyond the integers that double precision tells apart`,
        {
          hint: 'Two entities could become one. Write such keys as text, here and in the feature view.',
          details: { column: name, row: i },
        },
      );
    }
  }
}
