/** What a promise of the contract suite is, and the small assertions promises are made of. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type HoldfastError, InvalidInputError } from '../core/errors.js';
import type { BaseModel, ModelClass } from '../model/base-model.js';
import type { FitOptions, ModelInfo, Task, TrainingData } from '../model/types.js';
import { type SyntheticData, syntheticClassification, syntheticRegression } from './synthetic.js';

/** The model under test, and data for its task. */
export interface Subject {
  /** Takes rows of features whatever the model's input mode; see taking-rows.ts. */
  readonly model: ModelClass;
  readonly info: ModelInfo;
  readonly task: Task;
  /** A new object with the suite's config. */
  make(): BaseModel;
  /** Rows of features as the model's own class takes them. */
  input(X: TrainingData['X']): TrainingData['X'];
  /** A fitted object. */
  fitted(data?: TrainingData, options?: FitOptions): Promise<BaseModel>;
  /** The object that promises about prediction share, fitted once on `data({ classes })`: nobody may fit it again. */
  shared(classes?: number): Promise<BaseModel>;
  /** Rows with a signal for the task. */
  data(options?: {
    rows?: number;
    features?: number;
    seed?: number;
    missing?: number;
    classes?: number;
  }): SyntheticData;
  /** A directory that is removed after the suite. */
  directory(name: string): string;
}

export interface Promised {
  /** The promise in words; also the key by which a model may skip it. */
  readonly name: string;
  /** Absent: for every model. */
  readonly applies?: (info: ModelInfo, task: Task) => boolean;
  readonly check: (subject: Subject) => Promise<void>;
}

export const classifier: Promised['applies'] = (_info, task) => task === 'classification';
export const regressor: Promised['applies'] = (_info, task) => task === 'regression';
export const sequential: Promised['applies'] = (info) => info.inputMode === 'sequence';

/** Names and contents of the files that a model is saved as. */
export async function savedBytes(model: BaseModel, subject: Subject, name: string): Promise<string> {
  const directory = subject.directory(name);
  await model.save(directory);
  const files = (await readdir(directory)).sort();
  return (
    await Promise.all(files.map(async (file) => `${file}\n${await readFile(join(directory, file), 'latin1')}`))
  ).join('\n');
}

export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

export function assertSame(a: ArrayLike<number> | undefined, b: ArrayLike<number> | undefined, what: string): void {
  assert(a !== undefined && b !== undefined && a.length === b.length, `${what}: ${a?.length} and ${b?.length} values`);
  for (let i = 0; i < a.length; i++)
    if (!Object.is(a[i], b[i]) && a[i] !== b[i]) throw new Error(`${what}: value ${i} is ${a[i]} and ${b[i]}`);
}

export function assertClose(a: ArrayLike<number>, b: ArrayLike<number>, tolerance: number, what: string): void {
  assert(a.length === b.length, `${what}: ${a.length} and ${b.length} values`);
  for (let i = 0; i < a.length; i++) {
    if (!(Math.abs(a[i] - b[i]) <= tolerance * Math.max(1, Math.abs(a[i]))))
      throw new Error(`${what}: value ${i} is ${a[i]} and ${b[i]}`);
  }
}

/** The call must throw this typed error, with a hint. */
export async function assertThrows(
  type: abstract new (...args: never[]) => HoldfastError,
  call: () => Promise<unknown>,
  what: string,
): Promise<void> {
  let error: unknown;
  try {
    await call();
  } catch (e) {
    error = e;
  }
  assert(error !== undefined, `${what}: nothing was thrown`);
  assert(error instanceof type, `${what}: ${String(error)} instead of ${type.name}`);
  assert(error.hint !== '', `${what}: the error has no hint`);
}

export const refuses = (call: () => Promise<unknown>, what: string) => assertThrows(InvalidInputError, call, what);

/** Probabilities (classification) or values of X: what two equal models must agree on. */
export async function outputs(model: BaseModel, X: TrainingData['X']): Promise<Float32Array> {
  const { probabilities, predictions } = await model.predict(X);
  return probabilities?.data ?? predictions;
}

export function dataFor(task: Task, options: Parameters<Subject['data']>[0]): SyntheticData {
  return task === 'regression' ? syntheticRegression(options) : syntheticClassification(options);
}
