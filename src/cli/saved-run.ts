/** A run on disk, opened for use: its model, its preprocessing, and how its data were read. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ConfigError, ModelFormatError } from '../core/errors.js';
import { nearest } from '../core/text.js';
import type { BaseModel } from '../model/base-model.js';
import { loadModel } from '../model/registry.js';
import { PreprocessingPipeline } from '../preprocessing/pipeline.js';
import type { TrainingReport } from '../report/training-report.js';
import type { DataRequest } from './dataset.js';

export interface SavedRun {
  readonly directory: string;
  readonly model: BaseModel;
  readonly preprocessing?: PreprocessingPipeline;
  readonly report: TrainingReport;
  /** Absent for runs that were not made on the command line. */
  readonly request?: DataRequest;
  /** Texts of the labels 0, 1, ..., where the label column held text. */
  readonly classNames?: readonly string[];
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** The directory of a run that holds one of `files`, given by itself or by its id. @throws ConfigError - there is none; the nearest id is named */
export async function runDirectory(run: string, runs: string, files = ['report.json']): Promise<string> {
  for (const directory of [join(runs, run), resolve(run)])
    for (const file of files) if (await exists(join(directory, file))) return directory;
  const names = (await readdir(runs).catch((): string[] => [])).filter((name) => !name.startsWith('.'));
  const close = nearest(run, names);
  throw new ConfigError(`There is no run '${run}'`, {
    hint: close
      ? `Did you mean '${close}'?`
      : `Give the id of a run in ${runs} (holdfast runs lists them), or its directory.`,
  });
}

/** What was found out of a run. @throws ModelFormatError - a damaged report */
export async function readReport(directory: string): Promise<TrainingReport> {
  const path = join(directory, 'report.json');
  try {
    return JSON.parse(await readFile(path, 'utf8')) as TrainingReport;
  } catch (cause) {
    throw new ModelFormatError(`${path} cannot be read`, { hint: 'The file is damaged.', cause });
  }
}

/**
 * How the run's data were read, and the texts of its labels; nothing for runs that were not made on the command line.
 *
 * @throws ModelFormatError - damaged
 */
export async function readRequest(directory: string): Promise<Pick<SavedRun, 'request' | 'classNames'>> {
  const text = await readFile(join(directory, 'request.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return {};
  try {
    const { request, classNames } = (JSON.parse(text) ?? {}) as Pick<SavedRun, 'request' | 'classNames'>;
    return { ...(request && { request }), ...(classNames && { classNames }) };
  } catch (cause) {
    throw new ModelFormatError(`${join(directory, 'request.json')} cannot be read`, {
      hint: 'The file is damaged.',
      cause,
    });
  }
}

/** @throws ModelFormatError - a damaged run */
export async function openRun(directory: string): Promise<SavedRun> {
  const [model] = await readdir(join(directory, 'models')).catch((cause) => {
    throw new ModelFormatError(`${directory} has no models`, { hint: 'The run is damaged, or not complete.', cause });
  });
  const report = await readReport(directory);
  const kept = await readRequest(directory);
  const pipeline = join(directory, 'preprocessing');
  return {
    directory,
    model: await loadModel(join(directory, 'models', model ?? '')),
    ...((await exists(pipeline)) && { preprocessing: await PreprocessingPipeline.load(pipeline) }),
    report,
    ...kept,
  };
}
