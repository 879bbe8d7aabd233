/**
 * Feature engineering, causal only: row i of every feature depends on rows up to i of its own group (and session). Used by the pipeline
 * inside each split, and alone on a whole table before it is split, which is sound for the same reason.
 */
import type { Column } from '../core/column.js';
import { InvalidInputError } from '../core/errors.js';
import { Table } from '../core/table.js';
import { type ColumnSource, checkedFinite, sourceOf, unknownColumn } from './column-source.js';
import {
  computeRowFeature,
  type Feature,
  type FeaturePlan,
  listFeatures,
  notNumeric,
  planFeatures,
} from './feature-plan.js';
import { type FeatureOptions, resolveFeatures } from './options.js';
import { mapSegments, type RowContext, segmentsOf } from './segments.js';

/** Engineered columns in the order of `names`; `undefinedRows` counts, for each, rows that are missing although all it reads is known. */
export interface Engineered {
  readonly columns: ReadonlyMap<string, Column>;
  readonly undefinedRows: Readonly<Record<string, number>>;
}

/** Computes the plan's features over a source; `undefinedRows` counts among the rows `counted` (default all). */
export function computeFeatures(
  source: ColumnSource,
  plan: FeaturePlan,
  options: { context: RowContext; sessionGap?: number; infinite: 'error' | 'missing'; counted?: Uint32Array },
): Engineered {
  if (plan.steps.length === 0) return { columns: new Map(), undefinedRows: {} };
  const segments = segmentsOf(source.rowCount, options.context, options.sessionGap);
  const values = new Map<string, Float64Array>();
  const read = (name: string, feature: Feature): Float64Array => {
    const known = values.get(name);
    if (known) return known;
    const column = source.column(name);
    if (column.kind === 'categorical' && column.codes.some((code) => code >= 0)) throw notNumeric(feature.name, name);
    const raw =
      column.kind === 'categorical'
        ? new Float64Array(source.rowCount).fill(Number.NaN)
        : checkedFinite(column.values, name, options.infinite);
    values.set(name, raw);
    return raw;
  };
  const undefinedRows: [string, number][] = [];
  for (const step of plan.steps) {
    const read1 = (name: string) => read(name, step);
    if ('expression' in step) {
      const result = computeRowFeature(step, source.rowCount, read1);
      values.set(step.name, result);
      undefinedRows.push([step.name, countUndefined(result, step.expression, read1, options.counted)]);
    } else {
      values.set(step.name, mapSegments(read1(step.input), segments, step.compute));
    }
  }
  const columns = plan.steps.map(({ name }): [string, Column] => [
    name,
    { kind: 'numeric', values: values.get(name) ?? new Float64Array(0) },
  ]);
  return { columns: new Map(columns), undefinedRows: Object.fromEntries(undefinedRows) };
}

type RowExpression = Extract<Feature, { expression: unknown }>['expression'];

function countUndefined(
  result: Float64Array,
  expression: RowExpression,
  read: (name: string) => Float64Array,
  rows?: Uint32Array,
): number {
  const inputs: Float64Array[] = [];
  const visit = (node: RowExpression): void => {
    if ('column' in node) inputs.push(read(node.column));
    else if ('call' in node) node.args.forEach(visit);
  };
  visit(expression);
  const missing = (i: number) => Number.isNaN(result[i]) && inputs.every((input) => !Number.isNaN(input[i]));
  let count = 0;
  for (let k = 0, n = rows?.length ?? result.length; k < n; k++) if (missing(rows ? rows[k] : k)) count++;
  return count;
}

/** Which columns of a table tell time and entity. */
export interface EngineerContext {
  /** Name of the time column: rows must be in its order within each group. Needed for `sessionGap`. */
  time?: string;
  /** Name of the entity column: nothing reaches from one entity into another. */
  group?: string;
}

/**
 * The table with causal features added at its end, in the order of the options. Safe before `TimeSeriesDataContainer.fromTable`: a feature
 * never depends on a later row, so no split learns from a later one, and the first rows of every split keep their history.
 *
 * Throws `ConfigError` for wrong options, `InvalidInputError` for unknown or text columns, infinite values and rows out of order.
 *
 * @example
 * const features = engineerFeatures(bars, {
 *   expressions: { logReturn: 'log(close / open)' },
 *   lags: [{ column: 'logReturn', periods: [1, 2, 5] }],
 *   rolling: [{ column: 'logReturn', window: 20, statistics: ['mean', 'std'] }],
 * }, { time: 'time' });
 */
export function engineerFeatures(table: Table, options: FeatureOptions, context: EngineerContext = {}): Table {
  if (!(table instanceof Table)) {
    throw new InvalidInputError('engineerFeatures: the first argument is not a Table', {
      hint: 'Use Table.fromColumns, Table.fromRecords or a reader.',
    });
  }
  const resolved = resolveFeatures(options);
  const source = sourceOf(table);
  const features = listFeatures(resolved);
  const plan = planFeatures(features, source.names);
  const { columns } = computeFeatures(source, plan, {
    context: rowContext(table, context),
    sessionGap: resolved.sessionGap,
    infinite: 'error',
  });
  return features.reduce((out, { name }) => out.with(name, columns.get(name) as Column), table);
}

function rowContext(table: Table, { time, group }: EngineerContext): RowContext {
  for (const name of [time, group]) {
    if (name !== undefined && !table.has(name)) throw unknownColumn(name, table.columnNames, 'engineerFeatures');
  }
  return {
    times: time === undefined ? undefined : table.numeric(time),
    groups: group === undefined ? undefined : groupKeys(table, group),
  };
}

function groupKeys(table: Table, name: string): ArrayLike<number> {
  const column = table.column(name);
  return column.kind === 'categorical' ? column.codes : column.values;
}
