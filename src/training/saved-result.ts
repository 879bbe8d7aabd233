/** A run that an earlier process has trained and saved, as `trainModel` would have given it back: the model from its directory, nothing fitted again. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ModelFormatError } from '../core/errors.js';
import { recoverDirectory } from '../core/files.js';
import type { SplitRole } from '../core/split.js';
import { type AnyContainer, adaptTo } from '../evaluation/adapt.js';
import { loadModel } from '../model/registry.js';
import type { TrainingReport } from '../report/training-report.js';
import { useRows } from '../splits/claim-rows.js';
import { descend } from '../splits/lineage.js';
import { artifactsIn } from './artifacts.js';
import type { TrainingResult } from './training-result.js';

const RETRAINED = 'The model is trained again.';

/** A result, and the data as its model takes them. */
export interface SavedResult {
  readonly result: TrainingResult;
  readonly data: AnyContainer;
}

export interface SavedResultOptions {
  readonly runId: string;
  readonly name: string;
  readonly threads: number;
  /** A fitted pipeline lies beside the model. */
  readonly preprocessing: boolean;
}

/**
 * Of a run that left the test rows alone, on the very data it was trained on. Its uses of their rows are entered in the ledger, as they were.
 * Undefined where there is no whole run.
 *
 * @throws ModelFormatError - its report or model is damaged
 */
export async function savedResult(
  runsDirectory: string,
  container: AnyContainer,
  { runId, name, threads, preprocessing }: SavedResultOptions,
): Promise<SavedResult | undefined> {
  const directory = resolve(runsDirectory, runId);
  await recoverDirectory(directory);
  const report = await reportIn(directory);
  if (report === undefined) return undefined;
  const { train, validation: validated } = report.evaluations ?? {};
  if (report.model?.name !== name || report.runId !== runId || !train || !validated || !report.ledger)
    throw new ModelFormatError(`The report in ${directory} is none of a whole run of ${name}`, { hint: RETRAINED });
  const artifacts = artifactsIn(directory, report, preprocessing);
  const model = await loadModel(artifacts.model);
  const data = adaptTo(model.info, container, { asked: report.data.sequenceLength });
  // The report is of the run that trained the model: what it used then, the loaded model has used.
  for (const { use, by, role, own, run } of report.ledger.uses) {
    if (run === undefined ? !own : run !== runId) continue;
    if (role !== 'train' && role !== 'validation') continue;
    // A threshold belongs to a rule that is made of the model.
    const subject = use === 'threshold' ? {} : model;
    if (subject !== model) descend(subject, [model]);
    useRows(use, splitOf(data, role), { name: by, subject, ...(run !== undefined && { run }) });
  }
  const validation = await model.predict(data.validation.X, { threads });
  return {
    data,
    result: {
      ...{ model, metrics: report.training, trainMetrics: train, validationMetrics: validated },
      ...{ predictions: { validation }, runId, artifacts, report },
    },
  };
}

const splitOf = (data: AnyContainer, role: Extract<SplitRole, 'train' | 'validation'>) => data[role];

async function reportIn(directory: string): Promise<TrainingReport | undefined> {
  const file = join(directory, 'report.json');
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as TrainingReport;
  } catch (cause) {
    throw new ModelFormatError(`${file} is damaged`, { hint: RETRAINED, cause });
  }
}
