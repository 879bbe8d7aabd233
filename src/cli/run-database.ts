/** `holdfast runs list|show|compare|best`: the training runs of the run repository. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { InvalidInputError } from '../core/errors.js';
import { textTable } from '../core/text-table.js';
import type { BestOptions, ListOptions } from '../tracking/repository/run-queries.js';
import type { TrainingRunRecord } from '../tracking/repository/run-record.js';
import type { TrainingRunRepository } from '../tracking/repository/training-run-repository.js';
import { cell, numberCell, wholeNumber } from './cells.js';
import { comparisonTable, runText } from './run-tables.js';

interface Where {
  readonly runs?: string;
  readonly url?: string;
  readonly json?: boolean;
}

interface ListFlags extends Where {
  readonly experiment?: string;
  readonly status?: ListOptions['status'];
  readonly limit: number;
  readonly after?: string;
}

interface BestFlags extends Where {
  readonly metric: string;
  readonly minimize?: boolean;
  readonly split?: BestOptions['split'];
  readonly experiment?: string;
  readonly limit: number;
}

/** Adds the commands to `holdfast runs`, which it makes where there is none. */
export function addRunDatabase(program: Command): void {
  const runs =
    program.commands.find((command) => command.name() === 'runs') ??
    program.command('runs').description('look at training runs');
  located(runs.command('list'))
    .description('list training runs, the latest first')
    .option('--experiment <id>', 'only of this experiment')
    .option('--status <status>', 'only running, completed or failed ones')
    .option('--limit <n>', 'how many', wholeNumber(1), 20)
    .option('--after <page>', 'what the page before said comes next')
    .action(async (_flags: unknown, command: Command) => listRuns(command.optsWithGlobals()));
  located(runs.command('show <id>'))
    .description('all that is known of a run')
    .action(async (id: string, _flags: unknown, command: Command) => showRun(id, command.optsWithGlobals()));
  located(runs.command('compare <ids...>'))
    .description('runs side by side: metrics, and the hyperparameters that differ')
    .action(async (ids: string[], _flags: unknown, command: Command) => compareRuns(ids, command.optsWithGlobals()));
  located(runs.command('best'))
    .description('the runs with the best values of a metric')
    .requiredOption('--metric <name>', 'its name, or the way to it with dots: classes.1.f1')
    .option('--minimize', 'less is better')
    .option('--split <split>', 'train, validation (default) or test')
    .option('--experiment <id>', 'only of this experiment')
    .option('--limit <n>', 'how many', wholeNumber(1), 5)
    .action(async (_flags: unknown, command: Command) => bestRuns(command.optsWithGlobals()));
  runs.addHelpText(
    'after',
    `
Examples of the run database:
  holdfast runs list --experiment es-20 --status completed
  holdfast runs best --metric rocAuc --limit 3
  holdfast runs compare 3f2a 9b1c --url postgresql://host/runs`,
  );
}

function located(command: Command): Command {
  return command
    .option('--runs <directory>', 'where runs are written (default experiments/runs); the embedded database lies there')
    .option('--url <address>', 'of a PostgreSQL server (default: HOLDFAST_DATABASE_URL, else the embedded database)')
    .option('--json', 'print JSON');
}

async function listRuns({ experiment, status, limit, after, ...where }: ListFlags): Promise<void> {
  const empty: { runs: readonly TrainingRunRecord[]; next?: string } = { runs: [] };
  const page =
    (await withRepository(where, (repository) =>
      repository.list({ experimentId: experiment, status, limit, after }),
    )) ?? empty;
  const rows = page.runs.map((run) => [
    cell(run.trainingRunId),
    cell(run.experimentId),
    cell(run.algorithmName),
    run.status,
    run.startedAt.toISOString(),
    numberCell(run.trainingDurationSeconds),
  ]);
  const table = textTable(['run', 'experiment', 'algorithm', 'status', 'started', 'seconds'], rows);
  print(where, page, rows.length === 0 ? 'no runs' : page.next ? `${table}\nmore: --after ${page.next}` : table);
}

async function showRun(id: string, where: Where): Promise<void> {
  const run = await withRepository(where, (repository) => repository.get(id));
  if (!run) throw noDatabase(where);
  print(where, run, runText(run));
}

async function compareRuns(ids: readonly string[], where: Where): Promise<void> {
  const runs = await withRepository(where, async (repository) => {
    const found: TrainingRunRecord[] = [];
    for (const id of ids) found.push(await repository.get(id));
    return found;
  });
  if (!runs) throw noDatabase(where);
  print(where, runs, comparisonTable(runs));
}

async function bestRuns({ metric, minimize, split, experiment, limit, ...where }: BestFlags): Promise<void> {
  const path = metric.split('.');
  const direction = minimize ? 'minimize' : 'maximize';
  const runs =
    (await withRepository(where, (repository) =>
      repository.best({ metric: path, direction, split, experimentId: experiment, limit }),
    )) ?? [];
  const rows = runs.map((run) => [
    cell(run.trainingRunId),
    cell(run.experimentId),
    cell(run.algorithmName),
    numberCell(valueAt(run[`${split ?? 'validation'}Metrics`], path)),
  ]);
  print(where, runs, rows.length === 0 ? 'no runs' : textTable(['run', 'experiment', 'algorithm', cell(metric)], rows));
}

function valueAt(document: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], document);
}

const noDatabase = (where: Where): InvalidInputError =>
  new InvalidInputError(`There is no run database in ${runsDirectory(where)}`, {
    hint: 'Give the directory of the runs (--runs), or the address of a server (--url).',
  });

const runsDirectory = ({ runs }: Where): string => runs ?? 'experiments/runs';

/** Undefined where there is no database yet: looking makes none. */
async function withRepository<T>(
  where: Where,
  work: (repository: TrainingRunRepository) => Promise<T>,
): Promise<T | undefined> {
  const url = where.url ?? process.env.HOLDFAST_DATABASE_URL;
  const directory = runsDirectory(where);
  if (url === undefined && !existsSync(join(directory, '.database', 'initialized'))) return undefined;
  const { TrainingRunRepository } = await import('../tracking/repository/training-run-repository.js');
  const repository = new TrainingRunRepository({ url, directory, retrySeconds: 5 });
  try {
    return await work(repository);
  } finally {
    await repository.close();
  }
}

function print({ json }: Where, value: unknown, text: string): void {
  process.stdout.write(`${json ? JSON.stringify(value, null, 2) : text}\n`);
}
