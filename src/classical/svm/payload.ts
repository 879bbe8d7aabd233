/** A machine in a saved model: libsvm's text, or JSON for a linear machine, and beside it what these do not hold. */
import { ModelFormatError } from '../../core/errors.js';
import { sameNames } from '../../core/text.js';
import type { ModelPayload } from '../../model/types.js';
import { linearFromJson, linearToJson } from './linear/json.js';
import type { LinearMachine } from './linear/machine.js';
import { parseLibsvm } from './machine/libsvm-reader.js';
import { formatLibsvm } from './machine/libsvm-writer.js';
import { isRegression, type Machine, vectorCount } from './machine/machine.js';

const FILE = 'model.libsvm';
const LINEAR_FILE = 'model.svm.json';

/** What a fitted model keeps. */
export interface Learned {
  readonly machine: Machine | LinearMachine;
  /** Names of the columns that were learned from: all but those without any value in training. */
  readonly names: readonly string[];
  /** (names,) standard deviations in training, of a linear kernel. */
  readonly deviation?: Float64Array;
}

export async function writePayload({ machine, names, deviation }: Learned): Promise<ModelPayload> {
  const state = { columns: machine.features, names: [...names], ...(deviation ? { deviation: [...deviation] } : {}) };
  if (machine.type === 'linear') return { state, files: { [LINEAR_FILE]: linearToJson(machine) } };
  const labels = machine.counts.map((_, c) => c);
  const support = machine.rows ? { support: Array.from(machine.rows) } : {};
  return { state: { ...state, ...support }, files: { [FILE]: await formatLibsvm(machine, labels) } };
}

/** @throws ModelFormatError - a damaged machine, or one that does not fit the model's classes and columns */
export async function readPayload(
  payload: { state: unknown; files: Readonly<Record<string, Uint8Array>>; columns: readonly string[] },
  classes: number,
): Promise<Learned> {
  const { state, files, columns } = payload;
  const given = (state ?? {}) as Record<string, unknown>;
  const machine = await readMachine(files, given);
  const own = machine.type === 'linear' ? machine.classes : isRegression(machine) ? 0 : machine.counts.length;
  if (own !== classes) throw misfit(`it tells apart ${own} classes, the model ${classes}`);
  const { names, deviation } = given;
  if (!Array.isArray(names) || names.length !== machine.features) {
    throw misfit(`the names of its ${machine.features} columns are missing in its state`);
  }
  if (!sameNames(names, columns)) throw misfit("it learned from other columns than the model's");
  if (deviation === undefined) return { machine, names: names as string[] };
  if (!Array.isArray(deviation) || deviation.length !== names.length || !deviation.every(isDeviation)) {
    throw misfit('the deviations of its columns are not numbers');
  }
  return { machine, names: names as string[], deviation: Float64Array.from(deviation as number[]) };
}

const isDeviation = (value: unknown): boolean => Number.isFinite(value) && (value as number) >= 0;

async function readMachine(files: Readonly<Record<string, Uint8Array>>, { columns, support }: Record<string, unknown>) {
  const decoded = (file: Uint8Array) => new TextDecoder().decode(file);
  if (files[LINEAR_FILE]) return linearFromJson(decoded(files[LINEAR_FILE]));
  if (!files[FILE]) throw misfit(`${FILE} is missing`);
  if (!Number.isSafeInteger(columns)) throw misfit('the number of its columns is missing in its state');
  const { machine } = await parseLibsvm(decoded(files[FILE]), columns as number);
  if (support === undefined) return machine;
  if (!Array.isArray(support) || support.length !== vectorCount(machine) || !support.every(isRow)) {
    throw misfit('the rows of its support vectors are not numbers of rows');
  }
  const rows = Uint32Array.from(support as number[]);
  // Columns of the kernel matrix, which the file has too.
  if (machine.kernel.name === 'precomputed' && !rows.every((row, s) => row === machine.rows?.[s])) {
    throw misfit('the rows of its support vectors are not those of its file');
  }
  return { ...machine, rows };
}

const isRow = (value: unknown): boolean =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 32;

function misfit(problem: string): ModelFormatError {
  return new ModelFormatError(`A saved support vector machine cannot be used: ${problem}`, {
    hint: 'The model directory is damaged or was put together from two models; train again.',
  });
}
