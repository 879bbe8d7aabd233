/** Members of an ensemble as a config gives them, and as they are kept: name, registered model, hyperparameters. */
import { nearest } from '../core/text.js';
import { BaseModel } from '../model/base-model.js';
import { ModelRegistry } from '../model/registry.js';
import type { InputMode, ModelInputMatrix, Task } from '../model/types.js';

/** A model to train: a registered name, or an object whose class and config are taken (it is not trained itself). */
export type ModelChoice = string | MemberModel;

/** A model of rows, of windows or of both. */
export type MemberModel = BaseModel<unknown, ModelInputMatrix>;

/** A member of an ensemble: a registered model and its hyperparameters. */
export interface MemberConfig {
  /** What messages, progress and files call it. Default: the model's name, with a number where it occurs again. */
  name?: string;
  model: ModelChoice;
  /** Hyperparameters of a model given by name. */
  config?: Readonly<Record<string, unknown>>;
}

/** A member after parsing. */
export interface MemberSettings {
  readonly name: string;
  /** Registered name. */
  readonly model: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** Tells a problem with the value at a path of keys. */
export type Tell = (path: (string | number)[], message: string) => void;

const KEYS = ['name', 'model', 'config'];
/** Names become parts of file names and phases. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$/;

/** The members that an ensemble has when its config names none: a boosted, a bagged and a linear model. */
export function defaultMembers(task: Task): MemberSettings[] {
  const names = ['lightgbm', 'random_forest', task === 'regression' ? 'ridge' : 'logistic'];
  return names.map((name) => ({ name, model: name, config: taskConfig(task, {}) }));
}

/** Members with names; whatever cannot be one is told, and left out. */
export function parseMembers(given: readonly unknown[], task: Task, tell: Tell): MemberSettings[] {
  const taken = new Set<string>();
  const members: MemberSettings[] = [];
  for (const [i, one] of given.entries()) {
    const at: Tell = (path, message) => tell(['members', i, ...path], message);
    const member = parseMember(one, task, at);
    if (!member) continue;
    const named = typeof one === 'object' && !(one instanceof BaseModel) && 'name' in (one as object);
    const name = named ? member.name : unused(member.name, taken);
    if (taken.has(name)) at(['name'], `'${name}' is the name of an earlier member: give each its own`);
    taken.add(name);
    members.push({ ...member, name });
  }
  return members;
}

/** One member, or a meta-model given the same way. */
export function parseMember(given: unknown, task: Task, tell: Tell): MemberSettings | undefined {
  if (typeof given === 'string' || given instanceof BaseModel) return parseMember({ model: given }, task, tell);
  if (given === null || typeof given !== 'object' || Array.isArray(given)) {
    tell([], "is not a member: pass a model's name, a model object, or { name, model, config }");
    return undefined;
  }
  for (const key of Object.keys(given)) {
    if (KEYS.includes(key)) continue;
    const close = nearest(key, KEYS);
    tell([key], `unknown key; ${close ? `did you mean '${close}'?` : `a member has ${KEYS.join(', ')}`}`);
  }
  const { name, model, config } = given as { name?: unknown; model?: unknown; config?: unknown };
  if (name !== undefined && !(typeof name === 'string' && NAME.test(name))) {
    tell(['name'], 'is not a name: up to 64 letters, digits, spaces, dots, dashes and underscores');
    return undefined;
  }
  if (config !== undefined && (config === null || typeof config !== 'object' || Array.isArray(config))) {
    tell(['config'], 'is not an object of hyperparameters');
    return undefined;
  }
  const chosen = chosenModel(model, config as Record<string, unknown> | undefined, tell);
  if (!chosen) return undefined;
  return { name: name ?? chosen.model, model: chosen.model, config: taskConfig(task, chosen.config) };
}

function chosenModel(
  model: unknown,
  config: Readonly<Record<string, unknown>> | undefined,
  tell: Tell,
): { model: string; config: Readonly<Record<string, unknown>> } | undefined {
  if (model instanceof BaseModel) {
    const { name } = model.info;
    if (!ModelRegistry.has(name)) {
      tell(['model'], `the class of '${name}' is not registered: use registerModel, so that it is found on loading`);
      return undefined;
    }
    if (config !== undefined) tell(['config'], 'is given beside a model object, which has its own');
    return { model: name, config: { ...(model.config as Record<string, unknown>) } };
  }
  if (typeof model !== 'string' || !ModelRegistry.has(model)) {
    const names = ModelRegistry.list().map((info) => info.name);
    const close = typeof model === 'string' ? nearest(model, names) : undefined;
    const hint = close ? `did you mean '${close}'?` : `registered: ${names.join(', ')}`;
    tell(['model'], `${typeof model === 'string' ? `'${model}'` : typeof model} is not a registered model; ${hint}`);
    return undefined;
  }
  return { model, config: { ...config } };
}

/** Members learn the ensemble's task; classification is every model's default. */
function taskConfig(task: Task, config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return task === 'classification' || 'task' in config ? config : { ...config, task };
}

function unused(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  let number = 2;
  while (taken.has(`${name}_${number}`)) number++;
  return `${name}_${number}`;
}

/** What a member takes; a nested ensemble what its own members do. */
export function memberInputMode({ model, config }: MemberSettings): InputMode {
  const { family, inputMode } = ModelRegistry.describe(model);
  if (family !== 'ensemble' || !Array.isArray(config.members)) return inputMode;
  return inputModeOf(parseMembers(config.members, 'classification', () => {}));
}

/** Features or sequences where all members take the same, else both. */
export function inputModeOf(members: readonly MemberSettings[]): InputMode {
  const modes = new Set(members.map(memberInputMode));
  const [first = 'features'] = modes;
  return modes.size > 1 ? 'hybrid' : first;
}

/** The longest `sequenceLength` that a member's config has. */
export function longestSequence(members: readonly MemberSettings[]): number | undefined {
  const lengths = members.map(({ config }) => config.sequenceLength).filter((value) => typeof value === 'number');
  return lengths.length > 0 ? Math.max(...lengths) : undefined;
}
