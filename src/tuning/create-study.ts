/** Making, opening, listing and deleting studies. */
import { randomUUID } from 'node:crypto';
import { ConfigError } from '../core/errors.js';
import { DEFAULT_SEED } from '../core/seed.js';
import { nearest } from '../core/text.js';
import type { Pruner } from './pruner.js';
import { NopPruner } from './pruners/nop.js';
import type { Sampler } from './sampler.js';
import { TPESampler } from './samplers/tpe/sampler.js';
import type { Storage } from './storage.js';
import { InMemoryStorage } from './storages/memory.js';
import { Study } from './study.js';
import type { Direction, StudyRecord, TrialRecord } from './trial-record.js';

/** How a study is made, all of it optional. */
export interface StudyOptions {
  /** Default: a new one. */
  readonly name?: string;
  /** Default 'minimize'. */
  readonly direction?: Direction;
  /** Of several objectives, instead of `direction`. */
  readonly directions?: readonly Direction[];
  /** Default: TPE. */
  readonly sampler?: Sampler;
  /** Default: none. Pass one (MedianPruner, HyperbandPruner, ...) for objectives that report values on their way. */
  readonly pruner?: Pruner;
  /** Default: memory. */
  readonly storage?: Storage;
  /** The same seed and objective give the same trials. Default 42. */
  readonly seed?: number;
  /** Opens the study of this name if there is one. Default false. */
  readonly loadIfExists?: boolean;
  /**
   * No other process works on the study: trials that are running in it are of one that died. They are made again first, with their numbers, so
   * that the study becomes what it would have become. Default false.
   */
  readonly takeOver?: boolean;
  /** Values of which none may be above 0, from a complete trial. Trials that violate them are kept, and avoided. */
  readonly constraints?: (trial: TrialRecord) => readonly number[];
}

const DIRECTIONS: readonly unknown[] = ['minimize', 'maximize'] satisfies Direction[];
const OPTIONS = [
  'name',
  'direction',
  'directions',
  'sampler',
  'pruner',
  'storage',
  'seed',
  'loadIfExists',
  'takeOver',
  'constraints',
];

/**
 * A new study.
 *
 * @throws ConfigError - unknown option or direction, or a study of this name exists (and `loadIfExists` is not set)
 */
export async function createStudy(options: StudyOptions = {}): Promise<Study> {
  checkOptions(options);
  const { storage = new InMemoryStorage(), name = `no-name-${randomUUID()}` } = options;
  const directions = options.directions ?? [options.direction ?? 'minimize'];
  let record: StudyRecord;
  try {
    record = await storage.createStudy(name, directions);
  } catch (error) {
    const existing = options.loadIfExists ? await storage.findStudy(name) : undefined;
    if (!existing) throw error;
    record = sameDirections(existing, options);
  }
  return open(record, storage, options);
}

/** Opens a study. @throws ConfigError - there is none of this name */
export async function loadStudy(
  options: Omit<StudyOptions, 'direction' | 'directions' | 'loadIfExists'> & {
    readonly name: string;
    readonly storage: Storage;
  },
): Promise<Study> {
  checkOptions(options);
  return open(await find(options.name, options.storage), options.storage, options);
}

/** Deletes a study and its trials. @throws ConfigError - there is none of this name */
export async function deleteStudy(options: { readonly name: string; readonly storage: Storage }): Promise<void> {
  await options.storage.deleteStudy((await find(options.name, options.storage)).id);
}

/** What studies a storage holds. */
export function listStudies(storage: Storage): Promise<readonly StudyRecord[]> {
  return storage.listStudies();
}

async function open(record: StudyRecord, storage: Storage, options: StudyOptions): Promise<Study> {
  const { sampler = new TPESampler(), pruner = new NopPruner(), seed = DEFAULT_SEED, constraints } = options;
  const study = new Study({ record, storage, sampler, pruner, seed, constraints });
  await study.sync();
  if (options.takeOver) await study.takeOver();
  return study;
}

async function find(name: string, storage: Storage): Promise<StudyRecord> {
  const record = await storage.findStudy(name);
  if (record) return record;
  const names = (await storage.listStudies()).map((study) => study.name);
  const close = nearest(name, names);
  throw new ConfigError(`There is no study '${name}' in ${storage.description}`, {
    hint: close ? `Did you mean '${close}'?` : 'Create it with createStudy; listStudies shows what there is.',
  });
}

function sameDirections(existing: StudyRecord, options: StudyOptions): StudyRecord {
  const asked = options.directions ?? (options.direction && [options.direction]);
  if (!asked || asked.join() === existing.directions.join()) return existing;
  throw new ConfigError(`Study '${existing.name}' exists with other directions: ${existing.directions.join(', ')}`, {
    hint: 'Leave the direction out, or choose another name.',
  });
}

function checkOptions(options: StudyOptions): void {
  const fail = (message: string, hint: string): never => {
    throw new ConfigError(`createStudy: ${message}`, { hint });
  };
  const unknown = Object.keys(options).find((key) => !OPTIONS.includes(key));
  if (unknown !== undefined) {
    const close = nearest(unknown, OPTIONS);
    fail(`unknown option '${unknown}'`, close ? `Did you mean '${close}'?` : `Valid options: ${OPTIONS.join(', ')}.`);
  }
  const { direction, directions, seed, name } = options;
  if (name !== undefined && (typeof name !== 'string' || name === '')) fail('the name is empty', 'Pass some text.');
  if (direction !== undefined && directions !== undefined) fail('direction and directions are both given', 'Pass one.');
  if (directions?.length === 0) fail('directions is empty', "For example ['minimize', 'maximize'].");
  const wrong = [direction ?? 'minimize', ...(directions ?? [])].find((value) => !DIRECTIONS.includes(value));
  if (wrong !== undefined) fail(`unknown direction '${String(wrong)}'`, "Use 'minimize' or 'maximize'.");
  if (seed !== undefined && (!Number.isSafeInteger(seed) || seed < 0)) {
    fail(`seed must be a non-negative integer, got ${String(seed)}`, 'Use an integer such as 42.');
  }
}
