/** `holdfast tune`: the hyperparameters of a model, fitted on train and chosen by their score on validation. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { ConfigError } from '../core/errors.js';
import { writeFileAtomic } from '../core/files.js';
import { newRunId } from '../training/run-names.js';
import { ModelTrainer } from '../training/trainer.js';
import { tuneModel } from '../tuning/tune-model.js';
import { loadDataset } from './dataset.js';
import { explainConfig } from './explain.js';
import { loggerOf, type RunFlags, runFlags } from './flags.js';
import { Interrupt } from './interrupt.js';
import { defined, integer, number, oneOf } from './parsers.js';
import { print, tell } from './print.js';
import { ProgressBar } from './progress-bar.js';
import { runsOf } from './runs-directory.js';
import { type RunSettings, resolveSettings } from './settings.js';
import { PRUNERS, type PrunerName, prunerOf, SAMPLERS, type SamplerName, samplerOf } from './study-parts.js';
import { STORAGE_FORMS, studyStorage, withoutPassword } from './study-storage.js';
import { summaryText } from './summary.js';
import { sendWaiting, TrackedSearch, trackingOf } from './tracking.js';
import { keepRequest } from './train.js';
import { startingPoint, trialsDone } from './tuned-params.js';
import { tuningJson, tuningText } from './tuning-summary.js';
import { begin, finish, unfinished } from './unfinished.js';

interface TuningFlags {
  trials?: number;
  metric?: string;
  sampler?: SamplerName;
  pruner?: PrunerName;
  storage?: string;
  study?: string;
  workers?: number;
  timeout?: number;
  train?: boolean;
}

export function addTune(program: Command): void {
  runFlags(
    program.command('tune').description("search a model's hyperparameters by their score on validation"),
    'model',
  )
    .option('--trials <n>', 'trials in all (default 50)', integer(1))
    .option('--metric <name>', 'what to improve (default auc, rmse for regression)')
    .option('--sampler <name>', `${SAMPLERS.join(', ')} (default tpe)`, oneOf(SAMPLERS))
    .option('--pruner <name>', `${PRUNERS.join(', ')} (default none)`, oneOf(PRUNERS))
    .option('--storage <address>', `${STORAGE_FORMS} (default: a journal beside the run)`)
    .option('--study <name>', 'name of the study in its storage; one that exists is continued')
    .option('--workers <n>', 'trials at once (default 1)', integer(1))
    .option('--timeout <seconds>', 'start no trial after so long', number)
    .option('--train', 'then train the model with the best of them and keep the run')
    .addHelpText(
      'after',
      `
Examples:
  holdfast tune --model lightgbm --data rows.csv --label target --trials 100 --metric auc
  holdfast tune --model lightgbm --data bars.csv.gz --label direction --horizon 10 --pruner median --train
  holdfast tune --config experiment.yaml --storage journal:studies.log --study night --workers 2`,
    )
    .action(tune);
}

async function tune(flags: RunFlags & TuningFlags): Promise<void> {
  const { trials, metric, sampler, pruner, storage, study, workers, timeout, train, ...shared } = flags;
  const own = defined({ trials, metric, sampler, pruner, storage, study, workers, timeout, train });
  const resumed =
    flags.resume === undefined
      ? undefined
      : await unfinished(
          'tune',
          flags.resume,
          await runsOf(flags),
          Object.assign({ ...flags }, { storage: undefined }),
        );
  const { settings, origins } = resumed ? { ...resumed, origins: undefined } : await resolveSettings(shared);
  if (flags.explainConfig && origins) {
    origins.pick('trials', [trials, 'command line'], [settings.tuning?.trials, flags.config ?? ''], [50, 'default']);
    origins.pick('metric', [metric, 'command line'], [settings.tuning?.metric, flags.config ?? ''], ['auc', 'default']);
    return explainConfig(flags, settings, origins);
  }
  if (settings.models.length !== 1)
    throw new ConfigError(`holdfast tune takes one model, not ${settings.models.length}`, {
      hint: 'Tune one after the other, then compare them with holdfast compare.',
    });
  // A password is not written down: a study in such a database is gone on with by its address.
  const before: TuningFlags | undefined = resumed && { ...resumed.options, ...defined({ storage }) };
  if (before?.storage?.includes(':***@'))
    throw new ConfigError(`The study of '${flags.resume}' is in ${before.storage}`, {
      hint: 'Give its address again: --resume <id> --storage postgresql://user:password@host/database',
    });
  await run(settings, { ...settings.tuning, ...(before ?? own) }, flags, resumed?.id);
}

async function run(settings: RunSettings, options: TuningFlags, flags: RunFlags, resumed?: string): Promise<void> {
  const { request, runs } = settings;
  const [{ name, params }] = settings.models;
  const id = resumed ?? newRunId(`tune-${name}`, request.symbol);
  // Names, metrics and storages are checked before anything is left behind.
  const sampler = samplerOf(options.sampler);
  const pruner = prunerOf(options.pruner);
  const directory = join(runs, id);
  const storage = studyStorage(options.storage ?? join(directory, 'study.log'));
  const logger = loggerOf(flags);
  const tracking = await trackingOf(flags, runs, logger);
  const bar = new ProgressBar(flags.quiet === true || flags.json === true);
  const interrupt = new Interrupt();
  const kept = { ...options, ...(options.storage !== undefined && { storage: withoutPassword(options.storage) }) };
  await begin({ command: 'tune', id, settings, options: kept });
  try {
    const { container, pipeline, qc, classNames } = await loadDataset(settings, bar.update, interrupt.signal);
    if (options.storage === undefined) await mkdir(directory, { recursive: true });
    const study = options.study ?? id;
    const trials = (options.trials ?? 50) - (await trialsDone(storage, study));
    const { seed, threads } = settings;
    const { signal } = interrupt;
    const config = await startingPoint(settings.models[0], settings);
    const tracked = await TrackedSearch.begin(tracking, id, name, { name: study, storage });
    const tuned = await tuneModel(name, container, {
      ...defined({
        metric: options.metric,
        workers: options.workers,
        timeout: options.timeout,
        threads,
        sampler,
        pruner,
        logger,
      }),
      // A journal of its own is this run's alone.
      takeOver: options.storage === undefined,
      ...{ config, storage, name: study, seed, signal, onProgress: bar.update, trials: Math.max(0, trials) },
      ...qc,
      callbacks: tracked.callbacks,
    }).catch(async (error: unknown) => {
      await tracked.fail(error);
      throw error;
    });
    await tracked.end(tuned);
    const training = options.train
      ? await new ModelTrainer({
          ...{ runsDirectory: runs, configFile: settings.trainingConfig, logger, ...tracking },
        }).trainModel(name, container, {
          ...defined({ threads, seqLen: settings.seqLen, variant: settings.models[0].variant }),
          ...{
            config: { ...params, ...tuned.bestParams },
            seed,
            signal,
            onProgress: bar.update,
            preprocessing: pipeline,
            ...qc,
          },
        })
      : undefined;
    if (training?.artifacts) await keepRequest(training.artifacts.directory, settings, classNames);
    const outcome = { model: name, tuned, params, storage: storage.description };
    await mkdir(directory, { recursive: true });
    await writeFileAtomic(join(directory, 'tuning.json'), `${JSON.stringify(tuningJson(outcome), null, 2)}\n`);
    await finish(runs, id);
    bar.clear();
    await sendWaiting(tracking, flags);
    print(flags, { ...tuningJson(outcome), ...(training && { report: training.report }) }, (paint) =>
      [tuningText(outcome, paint), ...(training ? ['', summaryText(training, paint)] : [])].join('\n'),
    );
  } catch (error) {
    bar.clear();
    if (interrupt.happened)
      tell(flags, `go on with: holdfast tune --resume ${id}${flags.runs === undefined ? '' : ` --runs ${flags.runs}`}`);
    else await finish(runs, id);
    throw error;
  } finally {
    interrupt.release();
    await storage.close?.();
  }
}
