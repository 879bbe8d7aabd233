/** `holdfast runs`: what has been trained, and what was interrupted. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { textTable } from '../core/text-table.js';
import type { TrainingReport } from '../report/training-report.js';
import { type OutputFlags, outputFlags } from './flags.js';
import { print, withHeader } from './print.js';
import { runsOf } from './runs-directory.js';

interface RunEntry {
  readonly runId: string;
  readonly model: string;
  readonly symbol?: string;
  readonly createdAt: string;
  readonly metric?: string;
  readonly validation?: number | null;
  readonly test?: number | null;
  readonly status: 'completed' | 'unfinished';
}

export function addRuns(program: Command): void {
  outputFlags(
    program
      .command('runs')
      .description('list the runs of a directory, the interrupted ones too')
      .option('--runs <directory>', 'where runs are written (default experiments/runs)'),
  )
    .addHelpText('after', '\nExamples:\n  holdfast runs\n  holdfast runs --json | jq -r .[0].runId')
    .action(async (flags: OutputFlags & { runs?: string }) => {
      const entries = await listRuns(await runsOf(flags));
      print(flags, entries, (paint) => (entries.length === 0 ? 'no runs' : withHeader(table(entries), paint)));
    });
}

/** Oldest first: run ids begin with their time. */
export async function listRuns(runs: string): Promise<RunEntry[]> {
  const names = (await readdir(runs).catch((): string[] => [])).filter((name) => !name.startsWith('.')).sort();
  const done = await Promise.all(names.map((name) => entryOf(runs, name)));
  const open = await readdir(join(runs, '.unfinished')).catch((): string[] => []);
  const unfinished = open.sort().map((runId): RunEntry => ({ runId, model: '', createdAt: '', status: 'unfinished' }));
  return [...done.filter((entry) => entry !== undefined), ...unfinished];
}

async function entryOf(runs: string, runId: string): Promise<RunEntry | undefined> {
  const text = await readFile(join(runs, runId, 'report.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const { model, data, createdAt, evaluations } = JSON.parse(text) as TrainingReport;
    const metric = model.task === 'regression' ? 'rmse' : 'logLoss';
    return {
      ...{ runId, model: model.name, createdAt, metric },
      ...(data.symbol !== undefined && { symbol: data.symbol }),
      validation: evaluations.validation?.metrics[metric] ?? null,
      test: evaluations.test?.metrics[metric] ?? null,
      status: 'completed',
    };
  } catch {
    return undefined;
  }
}

function table(entries: readonly RunEntry[]): string {
  const number = (value: number | null | undefined): string => (typeof value === 'number' ? value.toFixed(4) : '-');
  return textTable(
    ['run', 'model', 'metric', 'validation', 'test', 'status'],
    entries.map(({ runId, model, metric, validation, test, status }) => [
      ...[runId, model, metric ?? '', number(validation), number(test), status],
    ]),
  );
}
