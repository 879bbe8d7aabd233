/** The small assertions that promises are made of. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type HoldfastError, InvalidInputError } from '../core/errors.js';
import type { BaseModel } from '../model/base-model.js';
import type { TrainingData } from '../model/types.js';
import type { Subject } from './promise.js';

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

export function assertFinite(values: ArrayLike<number>, what = 'prediction'): void {
  for (let i = 0; i < values.length; i++) assert(Number.isFinite(values[i]), `${what} ${i} is ${values[i]}`);
}

/** The call must throw one of these typed errors, with a hint. */
export async function assertThrows(
  types: ErrorType | readonly ErrorType[],
  call: () => unknown,
  what: string,
): Promise<void> {
  const allowed = Array.isArray(types) ? (types as readonly ErrorType[]) : [types as ErrorType];
  let error: unknown;
  try {
    await call();
  } catch (e) {
    error = e;
  }
  assert(error !== undefined, `${what}: nothing was thrown`);
  const names = allowed.map((type) => type.name).join(' or ');
  assert(
    allowed.some((type) => error instanceof type),
    `${what}: ${String(error)} instead of ${names}`,
  );
  assert((error as HoldfastError).hint !== '', `${what}: the error has no hint`);
}

type ErrorType = abstract new (...args: never[]) => HoldfastError;

export const refuses = (call: () => unknown, what: string) => assertThrows(InvalidInputError, call, what);

/** Probabilities (classification) or values of X: what two equal models must agree on. */
export async function outputs(model: BaseModel, X: TrainingData['X'], threads?: number): Promise<Float32Array> {
  const { probabilities, predictions } = await model.predict(X, threads === undefined ? {} : { threads });
  return probabilities?.data ?? predictions;
}

/** A new object must predict something for these rows after it was trained on them. */
export async function learns(subject: Subject, data: TrainingData): Promise<BaseModel> {
  const model = await subject.fitted(data);
  assertFinite(await outputs(model, data.X));
  return model;
}

/** Names and contents of the files that a model is saved as. */
export async function savedBytes(model: BaseModel, subject: Subject, name: string): Promise<string> {
  const directory = subject.directory(name);
  await model.save(directory);
  return filesOf(directory);
}

/** Names and contents of the files of a directory, as one text. */
export async function filesOf(directory: string): Promise<string> {
  const files = (await readdir(directory)).sort();
  return (
    await Promise.all(files.map(async (file) => `${file}\n${await readFile(join(directory, file), 'latin1')}`))
  ).join('\n');
}

/** What `shared()` is saved as. */
export const sharedBytes = async (subject: Subject): Promise<string> =>
  savedBytes(await subject.shared(), subject, 'shared');

/** What both are saved as must be equal. */
export async function assertAsShared(model: BaseModel, subject: Subject, what: string): Promise<void> {
  assert((await savedBytes(model, subject, 'own')) === (await sharedBytes(subject)), what);
}

type Loader = { load(directory: string): Promise<BaseModel> };

/** `static load` of the class under test. */
export const loadWith = (subject: Subject, directory: string): Promise<BaseModel> =>
  (subject.model as unknown as Loader).load(directory);
