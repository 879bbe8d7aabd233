/** Reads libsvm's text model file; anything that is not a whole, consistent one is a `ModelFormatError` that says where. */
import { ModelFormatError } from '../../../core/errors.js';
import { Turns } from '../../../core/turns.js';
import type { KernelFunction, KernelName } from '../kernel.js';
import { finite, Header } from './header.js';
import { KERNEL_TYPES } from './libsvm-writer.js';
import { type Machine, type MachineType, pairCount } from './machine.js';

/** What a file holds: classes are in the order of `labels`. */
export interface LibsvmFile {
  readonly machine: Machine;
  /** Empty for regression. */
  readonly labels: readonly number[];
}

const TYPES: readonly MachineType[] = ['c_svc', 'nu_svc', 'epsilon_svr', 'nu_svr'];
const KEYS = [
  'svm_type',
  'kernel_type',
  'degree',
  'gamma',
  'coef0',
  'nr_class',
  'total_sv',
  'rho',
  'label',
  'probA',
  'probB',
  'prob_density_marks',
  'nr_sv',
];
/** More values than this are no model that could have been trained here or fits in memory. */
const MOST_VALUES = 2 ** 29;
/** A file with less than one value in so many bytes of vectors is damaged: a wrong column must not take all memory. */
const [LEAST_SIZE, SPARSEST] = [2 ** 22, 100];
const MOST_CLASSES = 10_000;
/** Support vectors at a stretch. */
const VECTORS = 64;

/** In short turns. `features`: columns of the rows to predict, where the file's largest index does not say it. */
export async function parseLibsvm(text: string, features?: number): Promise<LibsvmFile> {
  if (!text.endsWith('\n')) throw damaged('does not end with a line end: it was cut short');
  const lines = text.slice(0, -1).split('\n');
  const start = lines.indexOf('SV');
  if (start < 0) throw damaged("has no line 'SV'");
  const header = new Header(lines.slice(0, start), KEYS, damaged);
  const type = header.oneOf('svm_type', TYPES);
  const regression = type === 'epsilon_svr' || type === 'nu_svr';
  const kernel = readKernel(header);
  const classes = header.count('nr_class', regression ? 2 : 1, MOST_CLASSES);
  const total = header.count('total_sv', 0, MOST_VALUES);
  const pairs = regression ? 1 : pairCount(classes);
  if (!regression && classes < 2) throw damaged('has fewer than two classes');
  const rho = header.numbers('rho', pairs);
  const labels = regression ? [] : header.numbers('label', classes);
  if (new Set(labels).size !== labels.length || !labels.every(Number.isSafeInteger)) {
    throw damaged("has labels that are not different integers in 'label'");
  }
  const counts = regression ? [total] : header.numbers('nr_sv', classes);
  const sum = counts.reduce((a, b) => a + b, 0);
  if (!counts.every((n) => Number.isSafeInteger(n) && n >= 0) || sum !== total) {
    throw damaged(`has counts in 'nr_sv' that do not sum to total_sv ${total}`);
  }
  const sigmoids = readSigmoids(header, regression, pairs);
  const body = lines.slice(start + 1);
  if (body.length !== total) throw damaged(`has ${body.length} support vectors, total_sv says ${total}`);
  const width = regression ? 1 : classes - 1;
  if (width * total > MOST_VALUES) throw damaged('says it has more values than fit in memory');
  const vectors = await readVectors(
    body,
    width,
    kernel.name === 'precomputed',
    features,
    Math.max(LEAST_SIZE, SPARSEST * text.length),
  );
  return {
    machine: { type, kernel, counts, ...vectors, bias: Float64Array.from(rho, (value) => 0 - value), sigmoids },
    labels,
  };
}

function readKernel(header: Header): KernelFunction {
  const wanted = header.oneOf('kernel_type', Object.values(KERNEL_TYPES));
  const name = (Object.keys(KERNEL_TYPES) as KernelName[]).find((key) => KERNEL_TYPES[key] === wanted) ?? 'linear';
  const given = (key: string, needed: boolean, otherwise: number): number =>
    needed ? header.numbers(key, 1)[0] : otherwise;
  const gamma = given('gamma', ['poly', 'rbf', 'sigmoid'].includes(name), 0);
  if (gamma < 0) throw damaged(`has gamma ${gamma}`);
  const degree = given('degree', name === 'poly', 3);
  if (!Number.isInteger(degree) || degree < 0 || degree > 100) throw damaged(`has degree ${degree}`);
  return { name, gamma, coef0: given('coef0', name === 'poly' || name === 'sigmoid', 0), degree };
}

function readSigmoids(header: Header, regression: boolean, pairs: number): Machine['sigmoids'] {
  // For regression probA is the width of a Laplace distribution, which nothing here uses.
  if (regression || !header.has('probA')) {
    if (!regression && header.has('probB')) throw damaged("has 'probB' without 'probA'");
    return undefined;
  }
  const a = header.numbers('probA', pairs);
  const b = header.numbers('probB', pairs);
  return a.map((value, p) => ({ a: value, b: b[p] }));
}

async function readVectors(
  lines: readonly string[],
  width: number,
  precomputed: boolean,
  features: number | undefined,
  most: number,
): Promise<Pick<Machine, 'vectors' | 'coefficients' | 'features' | 'rows'>> {
  const total = lines.length;
  const coefficients = new Float64Array(width * total);
  const entries: number[][] = [];
  let largest = 0;
  const turns = new Turns();
  for (const [s, line] of lines.entries()) {
    if (s % VECTORS === 0) await turns.pause();
    const parts = line.trim().split(/\s+/);
    if (parts.length < width) throw damaged(`has too few values for support vector ${s + 1}`);
    for (let r = 0; r < width; r++) coefficients[r * total + s] = number(parts[r], `support vector ${s + 1}`);
    const own: number[] = [];
    let last = precomputed ? -1 : 0;
    for (const part of parts.slice(width)) {
      const [index, value] = pairOf(part, s);
      if (index <= last) throw damaged(`has column ${index} after ${last} in support vector ${s + 1}`);
      last = index;
      own.push(index, value);
    }
    if (precomputed && (own.length !== 2 || own[0] !== 0 || !Number.isSafeInteger(own[1]) || own[1] < 1)) {
      throw damaged(`has no '0:row' in support vector ${s + 1}`);
    }
    largest = Math.max(largest, precomputed ? own[1] : last);
    entries.push(own);
  }
  const columns = Math.max(features ?? 1, largest);
  if (features !== undefined && largest > features) throw damaged(`has column ${largest}, ${features} were expected`);
  if (precomputed) {
    if (columns > MOST_VALUES) throw damaged(`has the row ${columns}`);
    const rows = Uint32Array.from(entries, (own) => own[1] - 1);
    return { vectors: new Float32Array(0), coefficients, features: columns, rows };
  }
  if (columns * total > Math.min(most, MOST_VALUES)) {
    throw damaged(`has the column ${columns}: more values than it has room for`);
  }
  const vectors = new Float32Array(columns * total);
  entries.forEach((own, s) => {
    for (let p = 0; p < own.length; p += 2) vectors[s * columns + own[p] - 1] = own[p + 1];
  });
  if (!vectors.every(Number.isFinite)) throw damaged('has a value beyond float32');
  return { vectors, coefficients, features: columns };
}

function pairOf(text: string, s: number): [index: number, value: number] {
  const colon = text.indexOf(':');
  const where = `support vector ${s + 1}`;
  if (colon < 1) throw damaged(`has '${text.slice(0, 20)}', no 'column:value', in ${where}`);
  const index = number(text.slice(0, colon), where);
  if (!Number.isSafeInteger(index) || index > MOST_VALUES) throw damaged(`has column '${index}' in ${where}`);
  return [index, number(text.slice(colon + 1), where)];
}

const number = (text: string, where: string): number => finite(text, where, damaged);

export function damaged(problem: string, cause?: unknown): ModelFormatError {
  return new ModelFormatError(`The libsvm model file ${problem}`, {
    hint: 'The file is damaged, cut short or no model of libsvm: save it again (svm_save_model, or exportNative here).',
    cause,
  });
}
