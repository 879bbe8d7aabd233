/** Options that commands share, so that they are called and explained alike everywhere. */
import { type Command, Option } from 'commander';
import { jsonLogger, LOG_LEVELS, type Logger, type LogLevel, textLogger } from '../core/logging.js';
import type { Task } from '../model/types.js';
import { integer, keyValue, list, number, oneOf } from './parsers.js';
import { type SourceFlags, sourceFlags } from './source.js';

export interface DataFlags extends SourceFlags {
  label?: string;
  time?: string;
  labelEnd?: string;
  weight?: string;
  group?: string;
  features?: string[];
  symbol?: string;
  horizon?: number;
  embargo?: number;
  sessionGap?: number;
  config?: string;
}

export interface OutputFlags {
  json?: boolean;
  quiet?: boolean;
}

export interface TrackingFlags {
  trackingUri?: string;
  experiment?: string;
  register?: string;
}

export interface RunFlags extends DataFlags, OutputFlags, TrackingFlags {
  model?: string[];
  models?: string[];
  task?: Task;
  variant?: string;
  set: Record<string, unknown>;
  seed?: number;
  threads?: number;
  runs?: string;
  trainingConfig?: string;
  seqLen?: number;
  explainConfig?: boolean;
  resume?: string;
  qc?: string;
  qcOverride?: string;
  logLevel?: LogLevel;
  logJson?: boolean;
}

export function dataFlags(command: Command): Command {
  return sourceFlags(command.option('-d, --data <file>', 'CSV (gzip too), Parquet or Arrow file'))
    .option(
      '-l, --label <label>',
      "a column of the file, or a label made from price bars: 'triple-barrier', 'direction' or 'return' (needs --horizon)",
    )
    .option('--time <column>', 'time column (default: the only time column of the file)')
    .option('--label-end <column>', 'column with the time each label is known')
    .option('--weight <column>', 'column with sample weights')
    .option('--group <column>', 'entity column; with bar labels: contract or instrument')
    .option('--features <columns>', 'feature columns, separated by commas (default: all others)', list)
    .option('--symbol <name>', 'name of the instrument, for artifact names and the report')
    .option('--horizon <bars>', 'bars a label looks ahead', integer(1))
    .option('--embargo <amount>', 'share of the rows (below 1) or milliseconds', number)
    .option('--session-gap <minutes>', 'a longer pause separates sessions', number)
    .option('-c, --config <file>', 'experiment file (YAML): data, models, preprocessing');
}

/** Options of commands that train. `kind` is how many models they take. */
export function runFlags(command: Command, kind: 'model' | 'models'): Command {
  const names = "model names, separated by commas, or 'all'";
  dataFlags(
    kind === 'models'
      ? command.option('-m, --models <names>', names, list).addOption(hidden('--model <names>'))
      : command.option('-m, --model <names>', names, list).addOption(hidden('--models <names>')),
  );
  trackingFlags(
    command
      .option('--task <task>', "'classification' or 'regression'", oneOf<Task>(['classification', 'regression']))
      .option('--variant <name>', "variant of the model's configuration, such as conservative or aggressive")
      .option(
        '-s, --set <key=value>',
        'a hyperparameter, of one model with model.key=value; may be repeated',
        keyValue,
        {},
      )
      .option('--seed <n>', 'seed (default 42)', integer(0))
      .option(
        '--threads <n>',
        'worker threads (default: HOLDFAST_THREADS, OMP_NUM_THREADS, else the cores)',
        integer(1),
      )
      .option('--runs <directory>', 'where runs are written (default experiments/runs)')
      .option('--training-config <file>', 'a training.yaml of your own')
      .option('--seq-len <rows>', 'rows a window, for sequence models', integer(1))
      .option('--explain-config', 'print every setting and where its value comes from, and do nothing')
      .option('--qc <file>', 'quality report of the data (JSON or YAML; default: made of the file)')
      .option('--qc-override <reason>', 'train on data that FAILED its quality report; the reason is recorded')
      .option('--log-level <level>', `log to stderr: ${LOG_LEVELS.join(', ')}`, oneOf(LOG_LEVELS))
      .option('--log-json', 'log lines of JSON (of level info and above, unless --log-level says otherwise)')
      .option('--resume <id>', 'go on with a run that was interrupted'),
  );
  return outputFlags(command);
}

export function outputFlags(command: Command): Command {
  return command
    .option('--json', 'print JSON')
    .option('-q, --quiet', 'no progress bar, no colours, nothing but the result');
}

const hidden = (flags: string): Option => new Option(flags).argParser(list).hideHelp();

/** The logger that was asked for. */
export function loggerOf({ logLevel: level, logJson }: Pick<RunFlags, 'logLevel' | 'logJson'>): Logger | undefined {
  if (level === undefined && !logJson) return undefined;
  return (logJson ? jsonLogger : textLogger)({ ...(level && { level }) });
}

function trackingFlags(command: Command): Command {
  return command
    .option('--tracking-uri <address>', 'of an MLflow server (default: MLFLOW_TRACKING_URI, else nothing is tracked)')
    .option('--experiment <name>', "of the MLflow server (default: MLFLOW_EXPERIMENT_NAME, else 'Default')")
    .option('--register <name[@alias]>', 'make the model a version of this registered model of the MLflow server');
}
