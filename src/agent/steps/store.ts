/** The model as a version of the store, with where it comes from. */
import { LIBRARY_VERSION } from '../../core/version.js';
import type { ValidationMetrics } from '../../evaluation/validation-metrics.js';
import type { ModelStore, ModelVersion } from '../../tracking/model-store/model-store.js';
import { storeName } from '../../tracking/model-store/names.js';
import { dataHashOf } from '../data-hash.js';
import { resultOf } from '../parts.js';
import { type AgentRun, type StepOutcome, skipped } from '../run.js';

export async function store(run: AgentRun): Promise<StepOutcome> {
  const { store: models } = run.settings;
  if (!models) return skipped('there is no model store');
  const { model, report, artifacts } = resultOf(run);
  const name = nameOf(run);
  run.version = run.resumed ? await registeredBefore(models, name, run.runId) : undefined;
  if (run.version) return { text: `version ${run.version.version} of ${name}, by an earlier process of this run` };
  run.version = await models.register(artifacts?.model ?? model, {
    name,
    lineage: {
      dataHash: await dataHashOf(run),
      codeVersion: `holdfast ${LIBRARY_VERSION}`,
      seed: run.seed,
      runId: run.runId,
      metrics: scoresOf(report.metrics.splits),
    },
    ...(run.pipeline && { preprocessing: run.pipeline }),
  });
  return { text: `version ${run.version.version} of ${run.version.modelName}` };
}

/** What a process registered that died afterwards: a run has one version. */
async function registeredBefore(models: ModelStore, name: string, runId: string): Promise<ModelVersion | undefined> {
  const known = await models.list(name);
  return known.find(({ lineage }) => lineage.runId === runId);
}

/** All versions of a model for one purpose have one name: the run's artifact is named so. */
function nameOf(run: AgentRun): string {
  const { artifacts } = resultOf(run);
  return storeName(artifacts?.model.split(/[\\/]/).at(-1) ?? run.candidate.name);
}

/** `test.rocAuc` and so on; what is undefined is left out. */
function scoresOf(splits: ValidationMetrics['splits']): Record<string, number> {
  return Object.fromEntries(
    Object.entries(splits).flatMap(([role, split]) =>
      Object.entries(split?.metrics ?? {}).flatMap(([name, value]) =>
        value === null ? [] : [[`${role}.${name}`, value]],
      ),
    ),
  );
}
