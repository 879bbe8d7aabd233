/** The contract suite: whoever writes a model gets the same guarantees checked as the built-in ones. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BaseModel, ModelClass } from '../model/base-model.js';
import { describeModel } from '../model/info.js';
import { ModelRegistry } from '../model/registry.js';
import type { Task } from '../model/types.js';
import { dataFor, type Subject } from './promise.js';
import { PROMISES } from './promises.js';
import { inputFor, takingRows } from './taking-rows.js';

export interface CheckResult {
  readonly name: string;
  readonly task: Task;
  readonly status: 'passed' | 'failed' | 'skipped';
  /** Why it was skipped or failed. */
  readonly reason?: string;
  readonly error?: unknown;
}

export interface CheckOptions {
  /** Config the checks are run with, such as fewer iterations. */
  readonly config?: Record<string, unknown>;
  /** Promises to leave out, by name, each with the reason; a model may carry its own in a static `checkSkips`. */
  readonly skips?: Readonly<Record<string, string>>;
}

type CheckedClass = ModelClass & { readonly checkSkips?: Readonly<Record<string, string>> };

/**
 * Checks every promise of the model contract on a class, for each of its tasks. Registers the class under its name if nobody has.
 *
 * @example
 * const failed = (await checkModel(MyModel)).filter((result) => result.status === 'failed');
 */
export async function checkModel(model: ModelClass, options: CheckOptions = {}): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const { name, task, run, skip } of checksOf(model, options)) {
    if (skip !== undefined) {
      results.push({ name, task, status: 'skipped', reason: skip });
      continue;
    }
    try {
      await run();
      results.push({ name, task, status: 'passed' });
    } catch (error) {
      results.push({
        name,
        task,
        status: 'failed',
        reason: error instanceof Error ? error.message : String(error),
        error,
      });
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

/** The same suite as one test a promise. */
export function checkModelIn({ describe, it }: TestRunner, model: ModelClass, options: CheckOptions = {}): void {
  describe(`${describeModel(model).name} keeps the model contract`, () => {
    for (const { name, task, run, skip } of checksOf(model, options)) {
      if (skip === undefined) it(`${task}: ${name}`, run);
      else it.skip(`${task}: ${name} (skipped: ${skip})`, run);
    }
  });
}

interface Check {
  readonly name: string;
  readonly task: Task;
  readonly skip?: string;
  run(): Promise<void>;
}

function checksOf(model: ModelClass, options: CheckOptions): Check[] {
  const info = describeModel(model);
  const skips = { ...(model as CheckedClass).checkSkips, ...options.skips };
  if (!ModelRegistry.has(info.name) && /^[a-z][a-z0-9_]*$/.test(info.name)) {
    ModelRegistry.register({ name: info.name, family: info.family, info, load: async () => model });
  }
  return info.tasks.flatMap((task) => {
    const shared = new Map<number, Promise<BaseModel>>();
    return PROMISES.filter((promise) => promise.applies?.(info, task) ?? true).map((promise) => ({
      name: promise.name,
      task,
      skip: skips[promise.name],
      run: async () => {
        const root = await mkdtemp(join(tmpdir(), 'holdfast-check-'));
        try {
          await promise.check(subjectOf(model, task, options.config ?? {}, root, shared));
        } finally {
          await rm(root, { recursive: true, force: true });
        }
      },
    }));
  });
}

/** `shared` lasts for all promises of a task: fitted objects by their number of classes. */
function subjectOf(
  original: ModelClass,
  task: Task,
  config: Record<string, unknown>,
  root: string,
  shared: Map<number, Promise<BaseModel>>,
): Subject {
  const info = describeModel(original);
  const model = takingRows(original);
  const make = () => new model({ ...config, task });
  const subject: Subject = {
    model,
    info,
    input: (X) => inputFor(info.inputMode, X),
    task,
    make,
    data: (options) => dataFor(task, options),
    directory: (name) => join(root, name),
    fitted: async (data, options) => {
      const fresh = make();
      await fresh.fit(data ?? subject.data(), options);
      return fresh;
    },
    shared: (classes = 2) => {
      const model = shared.get(classes) ?? subject.fitted(subject.data({ classes }));
      shared.set(classes, model);
      return model;
    },
  };
  return subject;
}
