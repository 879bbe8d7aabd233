/** What a command works with: the command line over the experiment file over training.yaml over defaults, each value with its origin. */
import { resolve } from 'node:path';
import { ConfigError } from '../core/errors.js';
import { resolveThreads } from '../core/threads.js';
import type { DuckDBParameters } from '../data/query/duckdb-parameters.js';
import { type ExperimentConfig, loadExperiment, loadTrainingConfig } from '../model/config-files.js';
import { ModelRegistry } from '../model/registry.js';
import type { Task } from '../model/types.js';
import type { DataRequest } from './dataset.js';
import type { RunFlags } from './flags.js';
import { Origins } from './origins.js';
import { defined } from './parsers.js';
import type { QualitySettings } from './quality.js';
import { sourceOf } from './source.js';

export interface ModelSetting {
  readonly name: string;
  readonly variant?: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Plain data: an interrupted run is gone on with from it. */
export interface RunSettings {
  readonly request: DataRequest;
  readonly models: readonly ModelSetting[];
  readonly task?: Task;
  readonly seed: number;
  readonly threads?: number;
  readonly seqLen?: number;
  readonly runs: string;
  readonly trainingConfig?: string;
  readonly tuning?: ExperimentConfig['tuning'];
  readonly qc?: QualitySettings;
}

const LINE = 'command line';

/** @throws ConfigError - a missing --data, --label or --model, or a --set for a model that is not there */
export async function resolveSettings(flags: RunFlags): Promise<{ settings: RunSettings; origins: Origins }> {
  const origins = new Origins();
  const experiment = flags.config === undefined ? undefined : await loadExperiment(flags.config);
  const own = flags.config ?? '';
  const training = await loadTrainingConfig(flags.trainingConfig);
  const file = flags.trainingConfig ?? 'training.yaml';
  const data = experiment?.data;
  const path = origins.pick('data', [flags.data, LINE], [data?.path, own]);
  const query = origins.pick('query', [flags.query, LINE], [data?.query, own]);
  const params = origins.pick<DuckDBParameters>('params', [flags.param, LINE], [data?.params, own]);
  const source = sourceOf({ path, query, params });
  const label = origins.pick('label', [flags.label, LINE], [data?.label, own]);
  const names = flags.model ?? flags.models;
  const chosen = origins.pick<readonly (string | ModelSetting)[]>(
    'models',
    [names, LINE],
    [
      experiment?.models.map((entry) => (typeof entry === 'string' ? entry : { params: {}, ...defined(entry) })) as
        | readonly (string | ModelSetting)[]
        | undefined,
      own,
    ],
  );
  for (const [name, value] of Object.entries({ '--data': source, '--label': label, '--model': chosen })) {
    if (value === undefined)
      throw new ConfigError(`${name} is missing`, {
        hint: 'Give it on the command line or in an experiment file (--config).',
      });
  }
  const { ratios, embargo } = training.splits;
  const gap = flags.sessionGap;
  const request: DataRequest = {
    ...source,
    label: label ?? '',
    ...defined({
      time: origins.pick('time', [flags.time, LINE], [data?.time, own]),
      labelEnd: origins.pick('labelEnd', [flags.labelEnd, LINE], [data?.labelEnd, own]),
      weight: origins.pick('weight', [flags.weight, LINE], [data?.weight, own]),
      group: origins.pick('group', [flags.group, LINE], [data?.group, own]),
      features: origins.pick('features', [flags.features, LINE], [data?.features, own]),
      symbol: origins.pick('symbol', [flags.symbol, LINE], [data?.symbol, own]),
      horizon: origins.pick('horizon', [flags.horizon, LINE], [data?.horizon, own]),
      embargo: origins.pick('embargo', [flags.embargo, LINE], [embargo, file], [0, 'default']),
      ratios: origins.pick('ratios', [ratios, file]),
      sessionGap: origins.pick('sessionGap', [gap === undefined ? undefined : gap * 60_000, LINE]),
      preprocessing: origins.pick(
        'preprocessing',
        [experiment?.preprocessing, own],
        [DEFAULT_PREPROCESSING, 'default'],
      ),
    }),
  };
  const env = ['HOLDFAST_THREADS', 'OMP_NUM_THREADS'].find((name) => process.env[name] !== undefined);
  const task = origins.pick<Task>('task', [flags.task, LINE]);
  const seqLen = origins.pick('seqLen', [flags.seqLen, LINE], [sequenceLength(experiment), own]);
  const report = origins.pick('qc.report', [flags.qc, LINE], [experiment?.qc?.report, own]);
  const reason = flags.qcOverride === undefined ? undefined : { reason: flags.qcOverride };
  const override = origins.pick('qc.override', [reason, LINE], [experiment?.qc?.override, own]);
  const qc = (report !== undefined || override !== undefined) && {
    ...defined({ report: report === undefined ? undefined : resolve(report), override }),
  };
  const settings: RunSettings = {
    request,
    models: modelsOf(chosen ?? [], flags),
    ...(task !== undefined && { task }),
    seed: origins.pick('seed', [flags.seed, LINE], [experiment?.seed, own], [training.seed, file]) ?? 42,
    ...defined({ threads: flags.threads ?? training.threads, trainingConfig: flags.trainingConfig }),
    ...(seqLen !== undefined && { seqLen }),
    runs: resolve(origins.pick('runs', [flags.runs, LINE], [training.runsDirectory, file]) ?? ''),
    ...(experiment?.tuning && { tuning: experiment.tuning }),
    ...(qc && { qc }),
  };
  origins.pick(
    'threads',
    [flags.threads, LINE],
    [training.threads, file],
    [resolveThreads(), env ?? 'cores of this machine'],
  );
  return { settings, origins };
}

export const DEFAULT_PREPROCESSING = { imputation: 'median', scaling: 'standard' };

function sequenceLength(experiment: ExperimentConfig | undefined): number | undefined {
  const { input } = experiment ?? {};
  return input && input.mode !== 'features' ? input.sequenceLength : undefined;
}

/** `--set key=value` is for every model, `--set model.key=value` for one; both are over the experiment file. */
function modelsOf(chosen: readonly (string | ModelSetting)[], { set, variant, task }: RunFlags): ModelSetting[] {
  const entries = chosen.flatMap((entry): ModelSetting[] => {
    if (typeof entry !== 'string') return [entry];
    if (entry !== 'all') return [{ name: entry, params: {} }];
    const tasks = task ?? 'classification';
    return ModelRegistry.list().flatMap((info) =>
      info.tasks.includes(tasks) ? [{ name: info.name, params: {} }] : [],
    );
  });
  for (const { name } of entries) ModelRegistry.family(name);
  const names = entries.map(({ name }) => name);
  for (const key of Object.keys(set)) {
    const [model] = key.includes('.') ? key.split('.') : [];
    if (model !== undefined && !names.includes(model))
      throw new ConfigError(`--set ${key}: '${model}' is not one of the models`, {
        hint: `Models: ${names.join(', ')}.`,
      });
  }
  return entries.map((entry) => {
    const own = Object.entries(set).flatMap(([key, value]) => {
      const [first, second] = key.split('.');
      if (second === undefined) return [[first, value] as const];
      return first === entry.name ? [[second, value] as const] : [];
    });
    return {
      ...entry,
      ...((entry.variant ?? variant) !== undefined && { variant: entry.variant ?? variant }),
      params: { ...(task !== undefined && { task }), ...entry.params, ...Object.fromEntries(own) },
    };
  });
}
