/** What a run leaves on disk: one directory, complete or not there at all. */
import { existsSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writeDirectoryAtomic, writeFileSynced } from '../core/files.js';
import type { BaseModel } from '../model/base-model.js';
import type { PreprocessingPipeline } from '../preprocessing/pipeline.js';
import type { ComparisonReport } from '../report/model-comparison.js';
import { reportJson, type TrainingReport } from '../report/training-report.js';
import type { RowLedger } from '../splits/ledger.js';
import { TRACKING_FILE } from '../tracking/local-tracker.js';
import { artifactName } from './run-names.js';

/** Absolute paths. */
export interface RunArtifacts {
  readonly directory: string;
  /** The model's directory, for `loadModel`. */
  readonly model: string;
  readonly report: string;
  /** What every row was used for: `container.ledger.resume` goes on from it. */
  readonly ledger: string;
  readonly config: string;
  readonly featureNames: string;
  /** For `PreprocessingPipeline.load`; absent when the run was given no pipeline. */
  readonly preprocessing?: string;
}

const TEST_RECORD = 'test-evaluation.json';

/** Writes `{runsDirectory}/{runId}/`: models/, preprocessing/, config.json, feature_names.json, report.json, ledger.json. */
export async function writeRun(
  runsDirectory: string,
  report: TrainingReport,
  { model, preprocessing, ledger }: { model: BaseModel; preprocessing?: PreprocessingPipeline; ledger: RowLedger },
): Promise<RunArtifacts> {
  const directory = resolve(runsDirectory, report.runId);
  const name = artifactName(report.model.name, report.data.symbol, report.data.horizon);
  await writeDirectoryAtomic(directory, async (temporary) => {
    await mkdir(join(temporary, 'models'));
    await model.save(join(temporary, 'models', name));
    if (preprocessing) await preprocessing.save(join(temporary, 'preprocessing'));
    const { model: described, seed, data } = report;
    await writeFileSynced(
      join(temporary, 'config.json'),
      json({
        model: described.name,
        variant: described.variant,
        seed,
        symbol: data.symbol,
        horizon: data.horizon,
        params: described.config,
      }),
    );
    await writeFileSynced(join(temporary, 'feature_names.json'), json(data.featureNames));
    await writeFileSynced(join(temporary, 'report.json'), reportJson(report));
    await writeFileSynced(join(temporary, 'ledger.json'), `${JSON.stringify(ledger)}\n`);
    // The record of the one test evaluation was made before it; it moves into the finished run.
    if (report.evaluations.test) await copyFile(join(directory, TEST_RECORD), join(temporary, TEST_RECORD));
    // So did what a LocalTracker was told.
    const log = join(directory, TRACKING_FILE);
    if (existsSync(log)) await copyFile(log, join(temporary, TRACKING_FILE));
  });
  return artifactsIn(directory, report, preprocessing !== undefined);
}

/** Where things lie in a run's directory. */
export function artifactsIn(directory: string, { model, data }: TrainingReport, preprocessing: boolean): RunArtifacts {
  return {
    directory,
    model: join(directory, 'models', artifactName(model.name, data.symbol, data.horizon)),
    report: join(directory, 'report.json'),
    ledger: join(directory, 'ledger.json'),
    config: join(directory, 'config.json'),
    featureNames: join(directory, 'feature_names.json'),
    ...(preprocessing && { preprocessing: join(directory, 'preprocessing') }),
  };
}

/** What a comparison leaves on disk. Absolute paths. */
export interface ComparisonArtifacts {
  readonly directory: string;
  /** comparison.json */
  readonly report: string;
  /** comparison.txt */
  readonly table: string;
  readonly ledger: string;
}

/** Writes `{runsDirectory}/{comparisonId}/`: comparison.json, comparison.txt, ledger.json. */
export async function writeComparison(
  runsDirectory: string,
  report: ComparisonReport,
  table: string,
  ledger: RowLedger,
): Promise<ComparisonArtifacts> {
  const directory = resolve(runsDirectory, report.comparisonId);
  await writeDirectoryAtomic(directory, async (temporary) => {
    await writeFileSynced(join(temporary, 'comparison.json'), reportJson(report));
    await writeFileSynced(join(temporary, 'comparison.txt'), `${table}\n`);
    await writeFileSynced(join(temporary, 'ledger.json'), `${JSON.stringify(ledger)}\n`);
  });
  const file = (name: string) => join(directory, name);
  return {
    directory,
    report: file('comparison.json'),
    table: file('comparison.txt'),
    ledger: file('ledger.json'),
  };
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
