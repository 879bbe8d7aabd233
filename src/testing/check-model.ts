/** The contract suite: whoever writes a model gets the same guarantees checked as the built-in ones. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidInputError } from '../core/errors.js';
import { nearest } from '../core/text.js';
import type { ModelClass } from '../model/base-model.js';
import { familyEntries } from '../model/config-files.js';
import { describeModel } from '../model/info.js';
import { ModelRegistry } from '../model/registry.js';
import type { ModelInfo, Task } from '../model/types.js';
import { Subject } from './promise.js';
import { PROMISES, PROMISES_BY_SUBJECT } from './promises.js';
import { takingRows } from './taking-rows.js';

/** How one promise went. */
export interface CheckResult {
  /** The promise in words. */
  readonly name: string;
  readonly task: Task;
  readonly status: 'passed' | 'failed' | 'skipped';
  /** Why it was skipped or failed. */
  readonly reason?: string;
  readonly error?: unknown;
}

/** What is checked, and how; the class's own static `contract` says what of it the model itself knows. */
export interface CheckOptions {
  /** Config the checks are run with, such as fewer iterations; over that of the class's `contract`. */
  readonly config?: Record<string, unknown>;
  /** Promises to leave out, by name (of one task: 'regression: name'), each with the reason; beside those of the class's `contract`. */
  readonly skips?: Readonly<Record<string, string>>;
  /** Only these promises, by name. Default: all. */
  readonly promises?: readonly string[];
  /** 'quick' takes 60 rows, 'full' 300 and some larger sets. Default 'quick'. */
  readonly size?: 'quick' | 'full';
  /** A file whose import registers the class, for a class of your own: a fresh process has to find it. */
  readonly module?: string;
}

/** One promise that is to be checked on one model: a test in any test runner. */
export interface ModelCheck {
  /** The promise in words. */
  readonly name: string;
  /** What it is about: 'determinism', 'weights', 'refusals', ... */
  readonly subject: string;
  readonly task: Task;
  /** Why it is left out. */
  readonly skip?: string;
  /** Rejects where the promise is broken. */
  run(): Promise<void>;
}

const NO_MODULE = 'without `module`, a fresh process does not know the class';
const FRESH_PROCESS = 'a fresh process loads it and predicts the same';

/**
 * Checks every promise of the model contract on a class, for each of its tasks. Registers the class under its name if nobody has.
 *
 * @throws InvalidInputError - a promise to skip or to check that does not exist
 * @example
 * const failed = (await checkModel(MyModel)).filter((result) => result.status === 'failed');
 */
export async function checkModel(model: ModelClass, options: CheckOptions = {}): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const { name, task, run, skip } of modelChecks(model, options)) {
    if (skip !== undefined) {
      results.push({ name, task, status: 'skipped', reason: skip });
      continue;
    }
    try {
      await run();
      results.push({ name, task, status: 'passed' });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      results.push({ name, task, status: 'failed', reason, error });
    }
  }
  return results;
}

/** The functions of a test runner (vitest, jest, node:test) that `checkModelIn` needs. */
export interface TestRunner {
  /** Groups tests. */
  describe: (name: string, body: () => void) => unknown;
  /** A test. */
  it: ((name: string, body: () => Promise<void>) => unknown) & {
    /** A test that is listed and not run. */
    skip: (name: string, body: () => Promise<void>) => unknown;
  };
}

/** The same suite as one test a promise. Throws as `checkModel`. */
export function checkModelIn({ describe, it }: TestRunner, model: ModelClass, options: CheckOptions = {}): void {
  describe(`${describeModel(model).name} keeps the model contract`, () => {
    for (const { name, task, run, skip } of modelChecks(model, options)) {
      if (skip === undefined) it(`${task}: ${name}`, run);
      else it.skip(`${task}: ${name} (skipped: ${skip})`, run);
    }
  });
}

/** The same suite as a list, for any other use; nothing is run yet. Throws as `checkModel`. */
export function modelChecks(model: ModelClass, options: CheckOptions = {}): ModelCheck[] {
  const info = describeModel(model);
  const skips: Record<string, string> = {
    ...(options.module === undefined && !familyEntries().has(info.name) && { [FRESH_PROCESS]: NO_MODULE }),
    ...model.contract?.skips,
    ...options.skips,
  };
  assertKnown(Object.keys(skips).map((name) => name.replace(/^(classification|regression): /, '')));
  assertKnown(options.promises ?? []);
  if (!ModelRegistry.has(info.name) && /^[a-z][a-z0-9_]*$/.test(info.name)) {
    ModelRegistry.register({ name: info.name, family: info.family, info, load: async () => model });
  }
  return info.tasks.flatMap((task) => {
    const memory = new Map<string, Promise<unknown>>();
    return Object.entries(PROMISES_BY_SUBJECT).flatMap(([subject, promises]) =>
      promises
        .filter(({ name, applies }) => (options.promises?.includes(name) ?? true) && (applies?.(info, task) ?? true))
        .map(({ name, check }) => ({
          name,
          subject,
          task,
          skip: skips[name] ?? skips[`${task}: ${name}`],
          run: () => inOwnPlace((root) => check(subjectOf(model, info, task, options, memory, root))),
        })),
    );
  });
}

function subjectOf(
  original: ModelClass,
  info: ModelInfo,
  task: Task,
  options: CheckOptions,
  memory: Map<string, Promise<unknown>>,
  root: string,
): Subject {
  const { config, windowLength = 3 } = original.contract ?? {};
  return new Subject({
    original,
    model: takingRows(original, windowLength),
    info,
    task,
    config: { ...config, ...options.config },
    windowLength,
    full: options.size === 'full',
    module: options.module,
    memory,
    root,
  });
}

async function inOwnPlace(work: (root: string) => Promise<void>): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'holdfast-check-'));
  try {
    await work(root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

function assertKnown(names: readonly string[]): void {
  const known = PROMISES.map(({ name }) => name);
  for (const name of names) {
    if (known.includes(name)) continue;
    throw new InvalidInputError(`checkModel: there is no promise '${name}'`, {
      hint: `The nearest one is '${nearest(name, known) ?? known[0]}'; docs/contract-suite.md lists them all.`,
    });
  }
}
