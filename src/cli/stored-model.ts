/** A model by its address, every file checked, with the run that it comes from: what `--model-uri` names. */
import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { ConfigError, ModelFormatError } from '../core/errors.js';
import type { TrainingReport } from '../report/training-report.js';
import { MANIFEST } from '../tracking/model-store/manifest.js';
import { ModelStore, type ModelVersion } from '../tracking/model-store/model-store.js';
import { outputFlags } from './flags.js';
import { openRun, readReport, readRequest, runDirectory, type SavedRun } from './saved-run.js';

export interface StoreFlags {
  modelUri?: string;
  store?: string;
}

interface Registered {
  readonly store: ModelStore;
  readonly name: string;
  readonly reference: string | number;
}

const FORMS = 'models:/name/3, models:/name@alias, or the file: address or path of a stored version or of a run';

export function storeFlags(command: Command): Command {
  return outputFlags(
    command
      .option('--model-uri <address>', `instead of a run: ${FORMS}`)
      .option('--store <directory>', 'of the model store (default: .models of the runs, else experiments/models)'),
  );
}

/**
 * The run, or what `--model-uri` names.
 *
 * @throws ConfigError - neither or both, an address of another form, a version whose run is not in `runs`
 * @throws ModelFormatError - a file that was altered since it was registered, or a report that says other metrics than the version
 */
export async function openStored(
  command: string,
  run: string | undefined,
  { modelUri: uri, store }: StoreFlags,
  runs: string,
): Promise<SavedRun> {
  if ((run === undefined) === (uri === undefined))
    throw new ConfigError(`${command}: ${run === undefined ? 'there is no run' : 'a run and --model-uri were given'}`, {
      hint: 'Give the id of a run (holdfast runs lists them), or the address of a model with --model-uri.',
    });
  if (run !== undefined) return openRun(await runDirectory(run, runs));
  return openUri(uri ?? '', store, runs);
}

async function openUri(uri: string, store: string | undefined, runs: string): Promise<SavedRun> {
  const registered = byName(uri, store, runs) ?? byPlace(placeOf(uri));
  if (!registered) return openRun(runOf(placeOf(uri), uri));
  const { model, preprocessing, version } = await registered.store.load(registered.name, registered.reference);
  const { runId } = version.lineage;
  const directory = resolve(join(runs, runId ?? ''));
  if (runId === undefined || basename(runId) !== runId || !existsSync(join(directory, 'report.json')))
    throw new ConfigError(`The run of ${version.modelName} version ${version.version} is not in ${runs}`, {
      hint: `Give the directory of its runs with --runs${runId === undefined ? '' : `; it is the run ${runId.slice(0, 100)}`}.`,
    });
  const report = await readReport(directory);
  checkReport(report, version, directory);
  const kept = await readRequest(directory);
  return { directory, model, report, ...(preprocessing && { preprocessing }), ...kept };
}

/** `models:/name/version` and `models:/name@alias`, as MLflow writes them. */
function byName(uri: string, store: string | undefined, runs: string): Registered | undefined {
  if (!uri.startsWith('models:')) return undefined;
  const [, name, version, alias] = /^models:\/+([^/@]+)(?:\/([^/@]+)|@([^/@]+))$/.exec(uri) ?? [];
  if (name === undefined) throw wrong(uri);
  const own = join(runs, '.models');
  const directory = store ?? (existsSync(join(own, name)) ? own : 'experiments/models');
  const reference = version !== undefined && /^\d+$/.test(version) ? Number(version) : (version ?? alias ?? '');
  return { store: new ModelStore({ directory }), name, reference };
}

function placeOf(uri: string): string {
  if (!/^[a-z][a-z0-9+.-]+:/i.test(uri)) return resolve(uri);
  try {
    return fileURLToPath(uri);
  } catch {
    throw wrong(uri);
  }
}

/** `{store}/{name}/versions/{number}`, or its model. */
function byPlace(path: string): Registered | undefined {
  const directory = [path, dirname(path)].find((one) => existsSync(join(one, MANIFEST)));
  if (directory === undefined) return undefined;
  const model = dirname(dirname(directory));
  const store = new ModelStore({ directory: dirname(model) });
  return { store, name: basename(model), reference: Number(basename(directory)) };
}

/** The run's directory, its models, or the model itself. */
function runOf(path: string, uri: string): string {
  const run = [path, dirname(path), dirname(dirname(path))].find((one) => existsSync(join(one, 'report.json')));
  if (run !== undefined) return run;
  throw new ConfigError(`There is no model at ${uri.slice(0, 200)}`, { hint: `Give ${FORMS}.` });
}

const wrong = (uri: string): ConfigError =>
  new ConfigError(`--model-uri ${uri.slice(0, 200)} is no address of a model`, { hint: `Give ${FORMS}.` });

/** The version has the metrics that its run had when it was registered. */
function checkReport(report: TrainingReport, { lineage, modelName, version }: ModelVersion, directory: string): void {
  const splits = report.metrics?.splits as Record<string, { metrics: Record<string, unknown> } | undefined> | undefined;
  for (const [key, value] of Object.entries(lineage.metrics ?? {})) {
    const [split, metric] = key.split('.');
    const said = splits?.[split]?.metrics[metric ?? ''];
    if (said === undefined || said === value) continue;
    throw new ModelFormatError(`${join(directory, 'report.json')} was altered: ${key} is not what the version has`, {
      hint: `${modelName} version ${version} was registered with ${String(value)}; restore the report from a copy.`,
      details: { file: join(directory, 'report.json'), metric: key },
    });
  }
}
