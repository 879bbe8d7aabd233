/** `holdfast report`: a run or a comparison as one page that works offline, its data, and a model card. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { ConfigError } from '../core/errors.js';
import type { GateVerdict } from '../evaluation/gate-verdict.js';
import type { ComparisonReport } from '../report/model-comparison.js';
import type { Reportable } from '../report/options.js';
import { renderReport } from '../report/render-report.js';
import type { TrainingReport } from '../report/training-report.js';
import { type OutputFlags, outputFlags } from './flags.js';
import { oneOf } from './parsers.js';
import { print } from './print.js';
import { runsOf } from './runs-directory.js';
import { readReport, runDirectory } from './saved-run.js';

interface ReportFlags extends OutputFlags {
  output?: string;
  title?: string;
  plots?: 'svg' | 'png';
  runs?: string;
}

export function addReport(program: Command): void {
  outputFlags(
    program
      .command('report')
      .description('write the report of a run or a comparison: an HTML page that works offline, JSON and a model card')
      .argument('[run]', 'id of the run or comparison, or its directory')
      .option('-o, --output <directory>', 'where to (default: the directory of the run)')
      .option('--title <text>', 'over the page')
      .option('--plots <format>', 'each plot as a file of its own too: svg or png', oneOf(['svg', 'png'] as const))
      .option('--runs <directory>', 'where runs are written (default experiments/runs)'),
  )
    .addHelpText(
      'after',
      `
Examples:
  holdfast report 20260102T030405Z-lightgbm-ES-1a2b3c4d
  holdfast report 20260102T030405Z-comparison-ES-1a2b3c4d --output report --plots svg`,
    )
    .action((run: string | undefined, flags: ReportFlags) => report(run, flags));
}

async function report(run: string | undefined, flags: ReportFlags): Promise<void> {
  if (run === undefined) throw new ConfigError('report: there is no run', { hint: 'holdfast runs lists them.' });
  const runs = await runsOf(flags);
  const directory = await runDirectory(run, runs, ['report.json', 'comparison.json']);
  const { output = join(directory, 'report'), title, plots } = flags;
  const comparison = await json<ComparisonReport>(join(directory, 'comparison.json'));
  const gate = await json<GateVerdict>(join(directory, 'gate.json'));
  const written = await renderReport(comparison ? await compared(comparison, runs) : await readReport(directory), {
    directory: output,
    ...(title !== undefined && { title }),
    ...(plots && { plots: { format: plots } }),
    ...(gate && { gate }),
  });
  print(flags, written, ({ bold, dim }) =>
    [bold(written.html), dim(written.json), dim(written.modelCard), ...written.plots.map(dim)].join('\n'),
  );
}

/** With the reports of its models, as far as they lie beside it: their curves. */
async function compared(comparison: ComparisonReport, runs: string): Promise<Reportable> {
  const results: { label: string; report: TrainingReport }[] = [];
  for (const { label, runId } of comparison.models) {
    const own = await json<TrainingReport>(join(runs, runId, 'report.json'));
    if (own) results.push({ label, report: own });
  }
  return { report: comparison, results };
}

/** A file of a run; undefined where there is none that can be read. */
async function json<T>(path: string): Promise<T | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  try {
    return text === undefined ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
}
