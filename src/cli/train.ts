/** `holdfast train`: from a data file to trained, evaluated, saved and reported runs. */
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { newRunId } from '../training/run-names.js';
import { ModelTrainer, type TrainingResult } from '../training/trainer.js';
import { loadDataset } from './dataset.js';
import { explainConfig } from './explain.js';
import { loggerOf, type RunFlags, runFlags } from './flags.js';
import { Interrupt } from './interrupt.js';
import { integer } from './parsers.js';
import { print, tell } from './print.js';
import { ProgressBar } from './progress-bar.js';
import { runsOf } from './runs-directory.js';
import { type RunSettings, resolveSettings } from './settings.js';
import { summaryText } from './summary.js';
import { sendWaiting, type Tracking, trackingOf } from './tracking.js';
import { tunedParams } from './tuned-params.js';
import { begin, finish, unfinished } from './unfinished.js';

export function addTrain(program: Command): void {
  runFlags(program.command('train').description('train one or more models on a file of rows or price bars'), 'model')
    .option('--tune [trials]', 'search the hyperparameters first, by validation (default 50 trials)', integer(1))
    .addHelpText(
      'after',
      `
Examples:
  holdfast train --model lightgbm --data bars.csv.gz --label triple-barrier --symbol ES --horizon 20
  holdfast train --model lightgbm,logistic --data rows.parquet --label target --set lightgbm.numLeaves=15
  holdfast train --model lightgbm --data rows.csv --label target --tune 30
  holdfast train --config experiment.yaml --json
  holdfast train --config experiment.yaml --explain-config
  holdfast train --resume 20260102T030405Z-lightgbm-ES-1a2b3c4d`,
    )
    .action(train);
}

interface TrainFlags extends RunFlags {
  tune?: number | true;
}

async function train({ tune, ...flags }: TrainFlags): Promise<void> {
  const resumed =
    flags.resume === undefined
      ? undefined
      : await unfinished('train', flags.resume, await runsOf(flags), Object.assign({ ...flags }, { tune }));
  const { settings, origins } = resumed ? { ...resumed, origins: undefined } : await resolveSettings(flags);
  if (flags.explainConfig && origins) return explainConfig(flags, settings, origins);
  const asked = resumed ? (resumed.options.tune as number | undefined) : tune;
  const trials = asked === true ? (settings.tuning?.trials ?? 50) : asked;
  const tracking = await trackingOf(flags, settings.runs, loggerOf(flags));
  const bar = new ProgressBar(flags.quiet === true || flags.json === true);
  const interrupt = new Interrupt();
  try {
    const results = await trainEach(settings, flags, { bar, interrupt, id: resumed?.id, trials, tracking });
    bar.clear();
    await sendWaiting(tracking, flags);
    const reports = results.map((result) => result.report);
    print(flags, reports.length === 1 ? reports[0] : reports, (paint) =>
      results.map((result) => summaryText(result, paint)).join('\n\n'),
    );
  } finally {
    bar.clear();
    interrupt.release();
  }
}

interface Doing {
  readonly bar: ProgressBar;
  readonly interrupt: Interrupt;
  /** Of the first model, where a run is gone on with. */
  readonly id?: string;
  /** Of the search before each training. */
  readonly trials?: number;
  readonly tracking?: Tracking;
}

/** What is left to do is written down before each model, so that an interrupted one and those after it can be gone on with. */
async function trainEach(
  settings: RunSettings,
  flags: RunFlags,
  { bar, interrupt, id, trials, tracking }: Doing,
): Promise<TrainingResult[]> {
  const { models, seed, threads, seqLen, runs, trainingConfig } = settings;
  const logger = loggerOf(flags);
  const trainer = new ModelTrainer({ runsDirectory: runs, configFile: trainingConfig, logger, ...tracking });
  const results: TrainingResult[] = [];
  const { container, pipeline, qc, classNames } = await loadDataset(settings, bar.update, interrupt.signal);
  for (const [i, model] of models.entries()) {
    const { name, variant } = model;
    const runId = i === 0 && id !== undefined ? id : newRunId(name, container.symbol);
    const left = { ...settings, models: models.slice(i) };
    const checkpointDirectory = await begin({ command: 'train', id: runId, settings: left, options: { tune: trials } });
    bar.prefix = models.length > 1 ? `[${i + 1}/${models.length}] ${name} ` : '';
    try {
      const { signal } = interrupt;
      // Beside the checkpoints: a search that was interrupted goes on too.
      const journal = join(dirname(checkpointDirectory), 'study.log');
      const search = { container, qc, logger, journal, study: runId, signal, onProgress: bar.update, tracking };
      const config = trials === undefined ? model.params : await tunedParams(model, settings, { ...search, trials });
      const result = await trainer.trainModel(name, container, {
        ...{ config, variant, seqLen, seed, threads, runId, checkpointDirectory },
        ...{ signal, onProgress: bar.update, preprocessing: pipeline, ...qc },
      });
      if (result.artifacts) await keepRequest(result.artifacts.directory, settings, classNames);
      results.push(result);
    } catch (error) {
      bar.clear();
      if (interrupt.happened) tell(flags, `go on with: holdfast train --resume ${runId}${runsHint(flags)}`);
      // A run that failed by itself would fail again.
      else await finish(runs, runId);
      throw error;
    }
    await finish(runs, runId);
  }
  return results;
}

const runsHint = ({ runs }: RunFlags): string => (runs === undefined ? '' : ` --runs ${runs}`);

/** What the data were read by, for `predict` and `validate` to make the same columns of new rows, and the texts of their labels. */
export async function keepRequest(
  directory: string,
  { request, seqLen }: RunSettings,
  classNames: readonly string[] | undefined,
): Promise<void> {
  await writeFile(join(directory, 'request.json'), `${JSON.stringify({ request, seqLen, classNames }, null, 2)}\n`);
}
