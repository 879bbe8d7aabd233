/** New rows with labels, made as the run's own were: what it can be judged by again. */
import { ConfigError, InvalidInputError } from '../core/errors.js';
import { Matrix } from '../core/matrix.js';
import type { Split } from '../core/split.js';
import type { Table } from '../core/table.js';
import { listed } from '../core/text.js';
import type { Windows } from '../core/windows.js';
import { BAR_COLUMNS, barDataset } from '../data/bar-dataset.js';
import type { ReadOptions } from '../data/byte-source.js';
import { windowSplit } from '../data/sequences.js';
import { type DataRequest, isBarLabel, onlyTimeColumn } from './dataset.js';
import type { SavedRun } from './saved-run.js';
import { type DataSource, readSource } from './source.js';

/** @throws ConfigError - a run that was not made on the command line; InvalidInputError - columns that are missing */
export async function labelledRows(
  { model, preprocessing, report, request, classNames, directory }: SavedRun,
  source: DataSource,
  options: ReadOptions,
): Promise<Split<'test', Matrix | Windows>> {
  if (!request || !preprocessing)
    throw new ConfigError(`${directory} does not say how its rows were labelled and prepared`, {
      hint: 'Runs of holdfast train do; judge others with evaluateModel.',
    });
  const table = await readSource(source, options);
  const rows = labelled(table, request, classNames);
  const X = preprocessing.transform(rows.table);
  const split: Split<'test'> = { role: 'test', X: X instanceof Matrix ? X : Matrix.from(X), ...rows.facts };
  const length = report.data.sequenceLength;
  return model.info.inputMode === 'features' || length === undefined ? split : windowSplit(split, length);
}

type Facts = Omit<Split<'test', unknown>, 'role' | 'X'>;

function labelled(
  table: Table,
  request: DataRequest,
  classNames: readonly string[] | undefined,
): { table: Table; facts: Facts } {
  const time = request.time ?? onlyTimeColumn(table);
  const { label, horizon = 1, group, sessionGap } = request;
  const bars =
    !table.has(label) && isBarLabel(label) ? barDataset(table, { label, horizon, time, group, sessionGap }) : undefined;
  const names = bars
    ? { label: BAR_COLUMNS.label, labelEnd: BAR_COLUMNS.labelEnd, weight: BAR_COLUMNS.weight, time: bars.time }
    : { label, labelEnd: request.labelEnd, weight: request.weight, time };
  const all = bars?.table ?? table;
  const values = classNames ? codesOf(all, names.label, classNames) : all.numeric(names.label);
  const known = Uint32Array.from(values.keys()).filter((row) => !Number.isNaN(values[row]));
  const own = all.take(known);
  const column = (name: string | undefined) => (name !== undefined && own.has(name) ? own.numeric(name) : undefined);
  const [times, labelEnds, weights] = [column(names.time), column(names.labelEnd), column(names.weight)];
  return {
    table: own,
    facts: {
      y: Float64Array.from(known, (row) => values[row]),
      ...(times && { times }),
      ...(labelEnds && { labelEnds }),
      ...(weights && { weights: Float32Array.from(weights) }),
    },
  };
}

/** Texts as the numbers that the run has for them. @throws InvalidInputError - a text that the run has not seen */
function codesOf(table: Table, name: string, classNames: readonly string[]): Float64Array {
  const codes = new Map(classNames.map((text, code) => [text, code]));
  return Float64Array.from(table.strings(name), (text) => {
    if (text === null) return Number.NaN;
    const code = codes.get(text);
    if (code !== undefined) return code;
    throw new InvalidInputError(`The label '${text.slice(0, 60)}' is none of the run's`, {
      hint: `Its labels: ${listed(classNames)}.`,
      details: { column: name },
    });
  });
}
