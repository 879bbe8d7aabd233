/** Features of entities as a feature server knows them now: a table, with where each value stands. */
import type { Column } from '../../core/column.js';
import { categoricalFrom } from '../../core/column.js';
import { InvalidInputError } from '../../core/errors.js';
import { Matrix } from '../../core/matrix.js';
import { Table } from '../../core/table.js';
import { listed, nearest } from '../../core/text.js';
import type { FeatureStatus, FeatureVector, OnlineValue } from './online-answer.js';

/** Non-finite numbers, which JSON has no words for. */
const NOT_FINITE = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);

/** What `FeastFeatureServer.getOnlineFeatures` found; row i is the i-th asked entity. */
export class OnlineFeatures {
  /** The entities as they were asked, then the features. NaN (null in text) for every value that is not PRESENT. */
  readonly table: Table;
  /** Names of the features, in the order of the columns. */
  readonly featureNames: readonly string[];
  private readonly vectors: ReadonlyMap<string, FeatureVector>;

  constructor(entities: Table, vectors: ReadonlyMap<string, FeatureVector>) {
    this.vectors = vectors;
    this.featureNames = [...vectors.keys()];
    this.table = Table.fromEntries([
      ...entities.columnNames.map((name) => [name, entities.column(name)] as const),
      ...[...vectors].map(([name, vector]) => [name, columnOf(vector)] as const),
    ]);
  }

  /** (rows,) what the server says of each value of a feature. */
  statuses(feature: string): readonly FeatureStatus[] {
    return this.vector(feature).statuses;
  }

  /** (rows,) event time of each value of a feature in ms; NaN where there is none. */
  eventTimes(feature: string): Float64Array {
    const { times, statuses } = this.vector(feature);
    return times.map((time, i) => (statuses[i] === 'NOT_FOUND' ? Number.NaN : time));
  }

  /**
   * (rows, names) for `predict`; give a model's own `featureNames`. Default: all features in their order.
   * @throws InvalidInputError - a name that is not there, a column of text
   */
  matrix(names: readonly string[] = this.featureNames): Matrix {
    const columns = names.map((name) => this.table.numeric(name));
    const data = new Float32Array(this.table.rowCount * names.length);
    for (const [j, column] of columns.entries())
      for (let i = 0; i < column.length; i++) data[i * names.length + j] = column[i];
    return Matrix.wrap(data, names.length);
  }

  private vector(feature: string): FeatureVector {
    const vector = this.vectors.get(feature);
    if (vector) return vector;
    const close = nearest(feature, this.featureNames);
    throw new InvalidInputError(`There is no feature '${feature}'`, {
      hint: close ? `Did you mean '${close}'?` : `The features are: ${listed(this.featureNames, 20)}.`,
      details: { feature },
    });
  }
}

/** Text where a value is one, else numbers; a feature without a single value is numeric. */
function columnOf({ values, statuses }: FeatureVector): Column {
  const present = (i: number): OnlineValue => (statuses[i] === 'PRESENT' ? values[i] : null);
  const cells = values.map((_, i) => present(i));
  if (isText(cells)) return categoricalFrom(cells as (string | null)[]);
  return {
    kind: 'numeric',
    values: Float64Array.from(cells, (cell) =>
      cell === null ? Number.NaN : typeof cell === 'string' ? (NOT_FINITE.get(cell) ?? Number.NaN) : Number(cell),
    ),
  };
}

const isText = (cells: readonly OnlineValue[]): boolean =>
  cells.some((cell) => typeof cell === 'string' && !NOT_FINITE.has(cell));

/** Whether numbers and text are mixed, which no type of a feature store is. */
export const isMixed = (values: readonly OnlineValue[]): boolean =>
  isText(values) && values.some((value) => value !== null && typeof value !== 'string');
