/** `holdfast compare`: several models on the same rows, the best one named with what the difference is worth. */
import type { Command } from 'commander';
import { ConfigError } from '../core/errors.js';
import type { Correction } from '../report/model-comparison.js';
import { newRunId } from '../training/run-names.js';
import { ModelTrainer } from '../training/trainer.js';
import type { Paint } from './colour.js';
import { loadDataset } from './dataset.js';
import { explainConfig } from './explain.js';
import { loggerOf, type RunFlags, runFlags } from './flags.js';
import { Interrupt } from './interrupt.js';
import { defined, integer, list, number, oneOf } from './parsers.js';
import { print, tell, withHeader } from './print.js';
import { ProgressBar } from './progress-bar.js';
import { runsOf } from './runs-directory.js';
import { type RunSettings, resolveSettings } from './settings.js';
import { sendWaiting, trackingOf } from './tracking.js';
import { keepRequest } from './train.js';
import { begin, finish, unfinished } from './unfinished.js';

interface ComparisonFlags {
  metric?: string;
  metrics?: string[];
  finalTest?: boolean;
  workers?: number;
  resamples?: number;
  confidence?: number;
  correction?: Correction;
}

export function addCompare(program: Command): void {
  runFlags(
    program
      .command('compare')
      .description('train several models on the same rows and name the best by validation, with significance'),
    'models',
  )
    .option('--metric <name>', 'metric that decides (default logLoss, rmse for regression)')
    .option('--metrics <names>', 'columns of the table', list)
    .option('--final-test', 'evaluate the winner, and it alone, once on the test rows')
    .option('--workers <n>', 'models trained at once (default 1)', integer(1))
    .option('--resamples <n>', 'bootstrap resamples (default 2000)', integer(1))
    .option('--confidence <p>', 'of intervals and tests (default 0.95)', number)
    .option(
      '--correction <method>',
      'for several comparisons (default holm)',
      oneOf<Correction>(['holm', 'bonferroni', 'none']),
    )
    .addHelpText(
      'after',
      `
Examples:
  holdfast compare --models lightgbm,logistic,random_forest --data rows.csv --label target
  holdfast compare --models all --data bars.csv.gz --label triple-barrier --horizon 20 --metric rocAuc --final-test
  holdfast compare --config experiment.yaml --set lightgbm.numLeaves=15 --json`,
    )
    .action(compare);
}

async function compare(flags: RunFlags & ComparisonFlags): Promise<void> {
  const { metric, metrics, finalTest, workers, resamples, confidence, correction, ...shared } = flags;
  const own = defined({ metric, metrics, finalTest, workers, resamples, confidence, correction });
  const resumed =
    flags.resume === undefined ? undefined : await unfinished('compare', flags.resume, await runsOf(flags), flags);
  const { settings, origins } = resumed ? { ...resumed, origins: undefined } : await resolveSettings(shared);
  if (flags.explainConfig && origins) {
    for (const [name, value] of Object.entries(own)) origins.add(name, value, 'command line');
    return explainConfig(flags, settings, origins);
  }
  const options = { ...(settings.tuning && { metric: settings.tuning.metric }), ...(resumed?.options ?? own) };
  await run(settings, options, flags, resumed?.id);
}

async function run(settings: RunSettings, options: ComparisonFlags, flags: RunFlags, resumed?: string): Promise<void> {
  const { request, models, seed, threads, seqLen, task, runs, trainingConfig } = settings;
  if (models.length === 0)
    throw new ConfigError('There are no models to compare', { hint: '--models lightgbm,logistic' });
  const tracking = await trackingOf(flags, runs, loggerOf(flags));
  const bar = new ProgressBar(flags.quiet === true || flags.json === true);
  const interrupt = new Interrupt();
  const id = resumed ?? newRunId('comparison', request.symbol);
  const checkpointDirectory = await begin({ command: 'compare', id, settings, options: { ...options } });
  try {
    const { container, pipeline, qc, classNames } = await loadDataset(settings, bar.update, interrupt.signal);
    const trainer = new ModelTrainer({
      ...{ runsDirectory: runs, configFile: trainingConfig, logger: loggerOf(flags), ...tracking },
    });
    const result = await trainer.trainAll(container, {
      ...defined({ threads, seqLen, task, ...options }),
      models: models.map(({ name, variant, params }) => ({
        name,
        config: params,
        ...(variant !== undefined && { variant }),
      })),
      ...{ seed, comparisonId: id, checkpointDirectory, preprocessing: pipeline, ...qc },
      ...{ signal: interrupt.signal, onProgress: bar.updateAll },
    });
    for (const { artifacts } of result.results)
      if (artifacts) await keepRequest(artifacts.directory, settings, classNames);
    await finish(runs, id);
    bar.clear();
    await sendWaiting(tracking, flags);
    print(flags, result.report, (paint) => text(result.table, result.artifacts?.directory, paint));
  } catch (error) {
    bar.clear();
    if (interrupt.happened)
      tell(
        flags,
        `go on with: holdfast compare --resume ${id}${flags.runs === undefined ? '' : ` --runs ${flags.runs}`}`,
      );
    else await finish(runs, id);
    throw error;
  } finally {
    interrupt.release();
  }
}

function text(table: string, directory: string | undefined, paint: Paint): string {
  return [withHeader(table, paint), ...(directory ? ['', paint.dim(`saved to ${directory}`)] : [])].join('\n');
}
