/** A run whose directory is finished already: an earlier process of it died after that. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidInputError, ModelFormatError } from '../core/errors.js';
import { recoverDirectory } from '../core/files.js';
import { loadModel } from '../model/registry.js';
import type { TrainingReport } from '../report/training-report.js';
import { artifactsIn } from '../training/artifacts.js';
import { runDirectoryOf } from './parts.js';
import type { AgentRun, TrainedRun } from './run.js';

/**
 * @throws InvalidInputError - the directory is that of another model
 * @throws ModelFormatError - its report or model is damaged
 */
export async function finishedRun(run: AgentRun): Promise<TrainedRun | undefined> {
  const directory = runDirectoryOf(run);
  await recoverDirectory(directory);
  const file = join(directory, 'report.json');
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  let report: TrainingReport;
  try {
    report = JSON.parse(text) as TrainingReport;
  } catch (error) {
    throw new ModelFormatError(`${file} is damaged`, { hint: 'Start a new run.', cause: error });
  }
  if (report.model?.name !== run.candidate.name || report.runId !== run.runId) {
    throw new InvalidInputError(`The run '${run.runId}' is there already, of ${String(report.model?.name)}`, {
      hint: 'Use another run id.',
    });
  }
  const artifacts = artifactsIn(directory, report, run.pipeline !== undefined);
  return { model: await loadModel(artifacts.model), metrics: report.training, artifacts, report };
}
