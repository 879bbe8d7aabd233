/** `holdfast validate`: may a trained model be deployed? The requirements of a gate against what is known of it; exit code 3 when refused. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { ConfigError } from '../core/errors.js';
import { writeFileAtomic } from '../core/files.js';
import { textTable } from '../core/text-table.js';
import { evaluateModel } from '../evaluation/evaluate-model.js';
import { checkThresholds } from '../evaluation/gate.js';
import type { GateVerdict } from '../evaluation/gate-verdict.js';
import type { ValidationMetrics } from '../evaluation/validation-metrics.js';
import type { Paint } from './colour.js';
import { ExitWith } from './exit.js';
import type { OutputFlags } from './flags.js';
import { type GateFlags, gateOf, limit } from './gate-flags.js';
import { labelledRows } from './labelled-rows.js';
import { integer, oneOf } from './parsers.js';
import { print, withHeader } from './print.js';
import { ProgressBar } from './progress-bar.js';
import { runsOf } from './runs-directory.js';
import { readReport, runDirectory, type SavedRun } from './saved-run.js';
import { type DataSource, type SourceFlags, sourceFlags, sourceOf } from './source.js';
import { openStored, type StoreFlags, storeFlags } from './stored-model.js';

interface ValidateFlags extends OutputFlags, SourceFlags, GateFlags, StoreFlags {
  runs?: string;
  threads?: number;
}

export function addValidate(program: Command): void {
  storeFlags(
    sourceFlags(
      program
        .command('validate')
        .description(
          'check a run or a registered model against the requirements of a gate; exit code 3 when it is refused',
        )
        .argument('[run]', 'id of the run, or its directory')
        .option('--gate <file>', 'requirements (YAML): metrics, baselines, periods, groups, trainGap, minRows')
        .option(
          '--thresholds <file or limits>',
          'such a file, or limits such as rocAuc=0.55,logLoss=0.69: least, or largest where less is better',
        )
        .option('--min <metric=limit>', 'least value of a metric; may be repeated', limit, {})
        .option('--max <metric=limit>', 'largest value of a metric', limit, {})
        .option('--lower <metric=limit>', 'least value of the lower end of its interval', limit, {})
        .option('--upper <metric=limit>', 'largest value of the upper end of its interval', limit, {})
        .option('--beat-baselines', 'better than every baseline, by the interval of the difference')
        .option('--min-rows <n>', 'fewest rows that it was judged on', integer(1))
        .option(
          '--split <name>',
          'validation, test or holdout (default: the one that judges)',
          oneOf(['validation', 'test', 'holdout'] as const),
        )
        .option('-d, --data <file>', 'labelled new rows to judge by, instead of what the run knows')
        .option('--runs <directory>', 'where runs are written (default experiments/runs)')
        .option('--threads <n>', 'worker threads', integer(1)),
    ),
  )
    .addHelpText(
      'after',
      `
Examples:
  holdfast validate 20260102T030405Z-lightgbm-ES-1a2b3c4d --min rocAuc=0.55 --lower rocAuc=0.52 --beat-baselines
  holdfast validate my-run --gate gate.yaml --json
  holdfast validate my-run --gate gate.yaml --data last-month.csv
  holdfast validate --model-uri models:/es-trend@challenger --thresholds rocAuc=0.55,logLoss=0.69

gate.yaml:
  metrics: { rocAuc: { min: 0.55, lowerBound: 0.52 }, logLoss: { max: 0.69 } }
  baselines: { significant: true }
  periods: { metrics: { rocAuc: { min: 0.5 } } }
  trainGap: { rocAuc: 0.1 }`,
    )
    .action((run: string | undefined, flags: ValidateFlags) => validate(run, flags));
}

async function validate(run: string | undefined, flags: ValidateFlags): Promise<void> {
  const gate = await gateOf(flags);
  const runs = await runsOf(flags);
  const { modelUri } = flags;
  const source = sourceOf({ path: flags.data, query: flags.query, params: flags.param });
  // The model of a run is opened only where it has to predict; a registered one is checked in any case.
  const known = source === undefined && modelUri === undefined && run !== undefined;
  const saved = known ? undefined : await openStored('validate', run, flags, runs);
  const directory = saved?.directory ?? (await runDirectory(run ?? '', runs));
  const metrics =
    saved && source !== undefined
      ? await measured(saved, source, flags)
      : (saved?.report ?? (await readReport(directory))).metrics;
  if (!metrics)
    throw new ConfigError(`The run in ${directory} was made by a version that kept no metrics for a gate`, {
      hint: 'Give labelled rows with --data, or train again.',
    });
  const verdict = checkThresholds(metrics, gate);
  // Beside the report, which shows it.
  if (source === undefined)
    await writeFileAtomic(join(directory, 'gate.json'), `${JSON.stringify(verdict, null, 2)}\n`);
  print(flags, { run: run ?? modelUri, ...verdict }, (paint) => text(metrics.model, verdict, paint));
  if (!verdict.passed) throw new ExitWith(3);
}

async function measured(saved: SavedRun, source: DataSource, flags: ValidateFlags): Promise<ValidationMetrics> {
  const bar = new ProgressBar(flags.quiet === true || flags.json === true);
  try {
    const test = await labelledRows(saved, source, { onProgress: bar.update });
    const horizon = saved.report.data.horizon;
    const { metrics } = await evaluateModel(
      saved.model,
      { test, ...(horizon !== undefined && { horizon }) },
      flags.threads === undefined ? {} : { threads: flags.threads },
    );
    return metrics;
  } finally {
    bar.clear();
  }
}

function text(model: string, { passed, checks }: GateVerdict, paint: Paint): string {
  const rows = checks.map((check) => [check.passed ? 'passed' : 'failed', check.text]);
  const table = withHeader(textTable(['', 'requirement'], rows), paint);
  const failed = checks.filter((check) => !check.passed).length;
  const line = passed
    ? paint.green(`${model} passes the gate`)
    : paint.red(`${model} is refused: ${failed} of ${checks.length} requirements failed`);
  return `${table}\n${line}`;
}
