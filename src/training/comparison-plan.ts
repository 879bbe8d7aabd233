/** Which models a comparison trains: names found and hyperparameters checked before the first training starts. */
import { ConfigError, InvalidInputError } from '../core/errors.js';
import type { ResolvedTrainingConfig } from '../model/config-files.js';
import { modelConfig } from '../model/model-config.js';
import { ModelRegistry } from '../model/registry.js';
import type { ModelInfo, Task } from '../model/types.js';
import { labelled, type ModelEntry, type TrainAllOptions } from './comparison-options.js';

export interface Planned extends ModelEntry {
  readonly label: string;
  readonly info: ModelInfo;
  readonly config: Readonly<Record<string, unknown>>;
  /** Every hyperparameter, defaults filled in. */
  readonly resolved: Readonly<Record<string, unknown>>;
}

export interface ComparisonPlan {
  readonly task: Task;
  readonly entries: readonly Planned[];
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * @throws InvalidInputError - an unknown name (the nearest is named), or models of different tasks
 * @throws ConfigError - an unknown variant or hyperparameter
 */
export async function planComparison(
  options: TrainAllOptions,
  settings: ResolvedTrainingConfig,
): Promise<ComparisonPlan> {
  const { models = 'all', task, seqLen } = options;
  const all = models === 'all';
  const wanted = task ?? 'classification';
  const skipped: { name: string; reason: string }[] = [];
  const named = all
    ? ModelRegistry.list().filter(({ name, tasks }) => {
        if (tasks.includes(wanted)) return true;
        skipped.push({ name, reason: `it is not for ${wanted}` });
        return false;
      })
    : undefined;
  const chosen = labelled(named ? named.map(({ name }) => ({ name })) : (models as Exclude<typeof models, 'all'>));
  for (const { name } of chosen) ModelRegistry.family(name);
  const entries: Planned[] = [];
  const tasks = new Map<Task, string>();
  for (const entry of chosen) {
    const { name, variant, modelConfigFile } = entry;
    const Model = await ModelRegistry.get(name);
    const config = { ...(task !== undefined && { task }), ...entry.config };
    const parameters = await modelConfig(name, {
      ...(variant !== undefined && { variant }),
      ...(modelConfigFile !== undefined && { file: modelConfigFile }),
      familyDefaults: settings.families[ModelRegistry.family(name)]?.params,
      overrides: config,
    });
    try {
      const model = new Model(parameters);
      tasks.set(model.task, entry.label);
      const resolved = model.config as Record<string, unknown>;
      entries.push({ ...entry, config, resolved, info: model.info, seqLen: entry.seqLen ?? seqLen });
    } catch (error) {
      // Of 'all', nobody asked for the one that needs more than defaults.
      if (!all || !(error instanceof ConfigError)) throw error;
      skipped.push({ name, reason: error.message });
    }
  }
  if (tasks.size > 1)
    throw new InvalidInputError(
      `compareModels: ${[...tasks].map(([of, label]) => `'${label}' is for ${of}`).join(', ')}`,
      { hint: 'Give `task`, or each config the same task.' },
    );
  return { task: [...tasks.keys()][0] ?? wanted, entries, skipped };
}
