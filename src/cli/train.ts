/** `holdfast train`: from a data file to trained, evaluated, saved and reported runs. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { ConfigError } from '../core/errors.js';
import { loadExperiment } from '../model/config-files.js';
import { ModelRegistry } from '../model/registry.js';
import { ModelTrainer, type TrainingResult } from '../training/trainer.js';
import { type DataRequest, loadDataset } from './dataset.js';
import { ProgressBar } from './progress-bar.js';
import { summaryText } from './summary.js';

interface TrainOptions {
  model?: string[];
  data?: string;
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
  variant?: string;
  set: Record<string, unknown>;
  seed?: number;
  threads?: number;
  runs?: string;
  trainingConfig?: string;
  seqLen?: number;
  json?: boolean;
  quiet?: boolean;
}

interface ModelChoice {
  readonly name: string;
  readonly variant?: string;
  readonly params?: Record<string, unknown>;
}

export function addTrain(program: Command): void {
  program
    .command('train')
    .description('train one or more models on a file of rows or price bars')
    .option('-m, --model <names>', "model names, separated by commas, or 'all'", list)
    .option('-d, --data <file>', 'CSV (gzip too), Parquet or Arrow file')
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
    .option('-c, --config <file>', 'experiment file (YAML): data, models, preprocessing')
    .option('--variant <name>', "variant of the model's configuration, such as conservative or aggressive")
    .option('-s, --set <key=value>', 'a hyperparameter; may be repeated', keyValue, {})
    .option('--seed <n>', 'seed (default 42)', integer(0))
    .option('--threads <n>', 'worker threads (default: HOLDFAST_THREADS, OMP_NUM_THREADS, else the cores)', integer(1))
    .option('--runs <directory>', 'where runs are written (default experiments/runs)')
    .option('--training-config <file>', 'a training.yaml of your own')
    .option('--seq-len <rows>', 'rows a window, for sequence models', integer(1))
    .addOption(new Option('--json', 'print the reports as JSON'))
    .option('-q, --quiet', 'no progress bar')
    .addHelpText(
      'after',
      `
Examples:
  holdfast train --model lightgbm --data bars.csv.gz --label triple-barrier --symbol ES --horizon 20
  holdfast train --model lightgbm,logistic --data rows.parquet --label target --set numLeaves=15
  holdfast train --config experiment.yaml --json`,
    )
    .action(train);
}

async function train(options: TrainOptions): Promise<void> {
  const { request, models, seed } = await resolve(options);
  const bar = new ProgressBar(options.quiet === true || options.json === true);
  const trainer = new ModelTrainer({ runsDirectory: options.runs, configFile: options.trainingConfig });
  const results: TrainingResult[] = [];
  try {
    const dataset = await loadDataset(request, bar.update);
    for (const choice of models) {
      results.push(
        await trainer.trainModel(choice.name, dataset.container, {
          config: { ...choice.params, ...options.set },
          variant: choice.variant ?? options.variant,
          seqLen: options.seqLen,
          seed,
          threads: options.threads,
          onProgress: bar.update,
          preprocessing: dataset.pipeline,
        }),
      );
    }
  } finally {
    bar.clear();
  }
  const reports = results.map((result) => result.report);
  const text = options.json
    ? JSON.stringify(reports.length === 1 ? reports[0] : reports, null, 2)
    : results.map(summaryText).join('\n\n');
  process.stdout.write(`${text}\n`);
}

/** What to load and train: the experiment file, with the command line's options over it. */
async function resolve(options: TrainOptions): Promise<{ request: DataRequest; models: ModelChoice[]; seed?: number }> {
  const experiment = options.config ? await loadExperiment(options.config) : undefined;
  const data = options.data ?? experiment?.data.path;
  const label = options.label ?? experiment?.data.label;
  const names: (string | ModelChoice)[] | undefined = options.model ?? experiment?.models;
  for (const [name, value] of Object.entries({ '--data': data, '--label': label, '--model': names })) {
    if (value === undefined)
      throw new ConfigError(`${name} is missing`, {
        hint: 'Give it on the command line or in an experiment file (--config).',
      });
  }
  const models = (names ?? []).flatMap((entry) => {
    if (typeof entry !== 'string') return [entry];
    return entry === 'all' ? ModelRegistry.list().map(({ name }) => ({ name })) : [{ name: entry }];
  });
  for (const { name } of models) ModelRegistry.family(name);
  return {
    models,
    seed: options.seed ?? experiment?.seed,
    request: {
      ...experiment?.data,
      path: data as string,
      label: label as string,
      preprocessing: experiment?.preprocessing,
      ...defined({
        time: options.time,
        labelEnd: options.labelEnd,
        weight: options.weight,
        group: options.group,
        features: options.features,
        symbol: options.symbol,
        horizon: options.horizon,
        embargo: options.embargo,
        sessionGap: options.sessionGap === undefined ? undefined : options.sessionGap * 60_000,
      }),
    },
  };
}

function defined<T extends Record<string, unknown>>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function list(value: string): string[] {
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function number(value: string): number {
  const parsed = Number(value);
  if (value.trim() === '' || !Number.isFinite(parsed) || parsed < 0)
    throw new InvalidArgumentError('not a number of at least 0.');
  return parsed;
}

function integer(least: number): (value: string) => number {
  return (value) => {
    const parsed = number(value);
    if (!Number.isInteger(parsed) || parsed < least)
      throw new InvalidArgumentError(`not a whole number of at least ${least}.`);
    return parsed;
  };
}

/** `key=value`, the value as JSON where it is JSON (numbers, true, lists), else as text. */
function keyValue(text: string, previous: Record<string, unknown>): Record<string, unknown> {
  const at = text.indexOf('=');
  const key = text.slice(0, at).trim();
  if (at < 1 || !/^[A-Za-z_]\w*$/.test(key) || key === '__proto__')
    throw new InvalidArgumentError('not of the form key=value.');
  const value = text.slice(at + 1);
  try {
    return { ...previous, [key]: JSON.parse(value) as unknown };
  } catch {
    return { ...previous, [key]: value };
  }
}
