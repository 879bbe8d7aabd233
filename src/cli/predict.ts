/** `holdfast predict`: a trained run's predictions for the rows of a file. */
import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { throwIfAborted } from '../core/abort.js';
import { ConfigError } from '../core/errors.js';
import { Matrix } from '../core/matrix.js';
import { Table } from '../core/table.js';
import type { Windows } from '../core/windows.js';
import { writeParquet } from '../data/parquet-write.js';
import { windowSplit } from '../data/sequences.js';
import type { PredictionOutput } from '../model/types.js';
import { loadRows } from './dataset.js';
import type { OutputFlags } from './flags.js';
import { Interrupt } from './interrupt.js';
import { integer } from './parsers.js';
import { tell } from './print.js';
import { ProgressBar } from './progress-bar.js';
import { runsOf } from './runs-directory.js';
import type { SavedRun } from './saved-run.js';
import { type SourceFlags, sourceFlags, sourceOf } from './source.js';
import { openStored, type StoreFlags, storeFlags } from './stored-model.js';

interface PredictFlags extends OutputFlags, SourceFlags, StoreFlags {
  run?: string;
  output?: string;
  runs?: string;
  threads?: number;
}

export function addPredict(program: Command): void {
  storeFlags(
    sourceFlags(
      program
        .command('predict')
        .description('predict the rows of a file with a trained run: its model, its preprocessing, its features')
        .argument('[run]', 'id of the run, or its directory')
        .option('-d, --data <file>', 'CSV (gzip too), Parquet or Arrow file with the columns of the training file')
        .option('-o, --output <file>', 'where to (.csv, .json or .parquet; default: CSV to stdout)')
        .option('--runs <directory>', 'where runs are written (default experiments/runs)')
        .option('--threads <n>', 'worker threads', integer(1)),
    ),
  )
    .addHelpText(
      'after',
      `
Examples:
  holdfast predict 20260102T030405Z-lightgbm-ES-1a2b3c4d --data new.csv > predictions.csv
  holdfast predict experiments/runs/my-run --data new.parquet --output predictions.parquet
  holdfast predict --model-uri models:/es-trend@production --data new.csv`,
    )
    .action((run: string | undefined, flags: PredictFlags) => predict({ ...flags, run }));
}

async function predict(flags: PredictFlags): Promise<void> {
  const { run, data, query, param, output } = flags;
  const source = sourceOf({ path: data, query, params: param });
  if (!source)
    throw new ConfigError('--data is missing', { hint: 'Give the file with the rows to predict, or --query.' });
  if (output !== undefined && !/\.(csv|json|parquet)$/.test(output))
    throw new ConfigError(`--output ${output}: unknown kind of file`, { hint: 'End it in .csv, .json or .parquet.' });
  const saved = await openStored('predict', run, flags, await runsOf(flags));
  const bar = new ProgressBar(flags.quiet === true || flags.json === true);
  const interrupt = new Interrupt();
  try {
    const { table, time } = await loadRows(source, saved.request, { onProgress: bar.update, signal: interrupt.signal });
    throwIfAborted(interrupt.signal, 'Prediction');
    const { X, rows } = inputOf(saved, table);
    const predicted = await saved.model.predict(X, { threads: flags.threads });
    bar.clear();
    await write(resultOf(predicted, table, { time, rows, classNames: saved.classNames }), flags);
  } finally {
    bar.clear();
    interrupt.release();
  }
}

/** What the model takes, and the rows of the file that it predicts: a window needs the rows before, of its own group. */
function inputOf(
  { model, preprocessing, report, request }: SavedRun,
  table: Table,
): { X: Matrix | Windows; rows: Uint32Array } {
  const X = preprocessing ? preprocessing.transform(table) : matrixOf(table, report.data.featureNames);
  const all = Uint32Array.from({ length: X.rows }, (_, i) => i);
  const length = report.data.sequenceLength;
  if (model.info.inputMode === 'features' || length === undefined) return { X, rows: all };
  const group = request?.group !== undefined && table.has(request.group) ? table.column(request.group) : undefined;
  const groups = group && (group.kind === 'categorical' ? group.codes : group.values);
  const split = { role: 'test' as const, X, y: new Float64Array(X.rows), rowIds: all, ...(groups && { groups }) };
  const windows = windowSplit(split, length);
  if (windows.y.length > 0) return { X: windows.X, rows: windows.rowIds ?? all };
  throw new ConfigError(`The file has ${X.rows} rows, a window of this model ${length}`, {
    hint: 'Give the rows before those to predict too.',
  });
}

function matrixOf(table: Table, names: readonly string[]): Matrix {
  const columns = names.map((name) => table.numeric(name));
  const data = new Float32Array(table.rowCount * names.length);
  for (const [j, column] of columns.entries())
    for (let i = 0; i < table.rowCount; i++) data[i * names.length + j] = column[i];
  return Matrix.wrap(data, names.length);
}

function resultOf(
  { predictions, probabilities, classes }: PredictionOutput,
  table: Table,
  {
    time,
    rows,
    classNames,
  }: { time: string | undefined; rows: Uint32Array; classNames: readonly string[] | undefined },
): Table {
  const name = (label: number): string => classNames?.[label] ?? String(label);
  return Table.fromEntries([
    ['row', { kind: 'numeric', values: Float64Array.from(rows) }],
    ...(time === undefined ? [] : [[time, table.take(rows).column(time)] as const]),
    [
      'prediction',
      classNames
        ? { kind: 'categorical', codes: Int32Array.from(predictions), categories: classNames }
        : { kind: 'numeric', values: Float64Array.from(predictions) },
    ],
    ...(probabilities
      ? classes.map(
          (label, j) =>
            [
              `probability_${name(label)}`,
              { kind: 'numeric', values: Float64Array.from(probabilities.column(j)) },
            ] as const,
        )
      : []),
  ]);
}

async function write(table: Table, flags: PredictFlags): Promise<void> {
  const { output, json } = flags;
  if (output?.endsWith('.parquet')) await writeParquet(output, table);
  else {
    const text = json || output?.endsWith('.json') ? `${JSON.stringify(table.records())}\n` : csv(table);
    if (output === undefined) process.stdout.write(text);
    else await writeFile(output, text);
  }
  if (output !== undefined) tell(flags, `${table.rowCount} predictions in ${output}`);
}

function csv(table: Table): string {
  const columns = table.columnNames.map((name) => {
    const column = table.column(name);
    if (column.kind === 'time')
      return Array.from(column.values, (ms) => (Number.isNaN(ms) ? '' : new Date(ms).toISOString()));
    if (column.kind === 'categorical') return table.strings(name).map((text) => quoted(text ?? ''));
    return Array.from(table.numeric(name), String);
  });
  const lines = Array.from({ length: table.rowCount }, (_, i) => columns.map((column) => column[i]).join(','));
  return `${[table.columnNames.map(quoted).join(','), ...lines].join('\n')}\n`;
}

const quoted = (name: string): string => (/[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name);
