/** What the configs of all ensembles have in common. */
import type { Report } from '../core/parameter-names.js';
import type { ZodModule, ZodType } from '../core/schema.js';
import type { Task } from '../model/types.js';
import type { EnsembleSettings } from './ensemble-model.js';
import { defaultMembers, longestSequence, type MemberConfig, type ModelChoice, parseMembers } from './member-config.js';

/** Hyperparameters that all ensembles share. */
export interface EnsembleConfig {
  /** Default `'classification'`. Members learn it too. */
  task?: Task;
  /** Models, by registered name or as objects, or `{ name, model, config }`. Default: lightgbm, random_forest, and logistic (or ridge). */
  members?: readonly (ModelChoice | MemberConfig)[];
  /** Rows a window, for members of sequences where X is a matrix of rows in time order. Default: the longest of the members' own. */
  sequenceLength?: number;
  /** Of every member without one of its own. */
  seed?: number;
}

/** scikit-learn's names. */
export const COMMON_ALIASES: Readonly<Record<string, string>> = { estimators: 'members', random_state: 'seed' };

export function commonSchemas(z: ZodModule): { [K in keyof EnsembleConfig]-?: ZodType } {
  return {
    task: z.enum(['classification', 'regression']).optional(),
    members: z.array(z.unknown()).min(1).max(1000).optional(),
    sequenceLength: z.int().min(1).max(100_000).optional(),
    seed: z.int().min(0).optional(),
  };
}

export function settleCommon(given: Readonly<Record<string, unknown>>, report: Report): EnsembleSettings {
  const task = (given.task as Task | undefined) ?? 'classification';
  const members = given.members
    ? parseMembers(given.members as readonly unknown[], task, (path, message) => report(path.join('.'), message))
    : defaultMembers(task);
  const sequenceLength = (given.sequenceLength as number | undefined) ?? longestSequence(members);
  return {
    task,
    members,
    ...(sequenceLength === undefined ? {} : { sequenceLength }),
    ...(given.seed === undefined ? {} : { seed: given.seed as number }),
  };
}
