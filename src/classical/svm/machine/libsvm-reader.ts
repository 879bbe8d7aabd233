/** Reads libsvm's text model file; anything that is not a whole, consistent one is a `ModelFormatError` that says where. */
import { ModelFormatError } from '../../../core/errors.js';
import type { KernelFunction, KernelName } from '../kernel.js';
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
const MOST_CLASSES = 10_000;

/** `features`: columns of the rows to predict, where the file's largest index does not say it. */
export function parseLibsvm(text: string, features?: number): LibsvmFile {
  if (!text.endsWith('\n')) throw damaged('does not end with a line end: it was cut short');
  const lines = text.slice(0, -1).split('\n');
  const start = lines.indexOf('SV');
  if (start < 0) throw damaged("has no line 'SV'");
  const header = new Header(lines.slice(0, start));
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
  const vectors = readVectors(body, width, kernel.name === 'precomputed', features);
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

/** The lines before 'SV': a key and its values. */
class Header {
  private readonly values = new Map<string, string[]>();

  constructor(lines: readonly string[]) {
    for (const line of lines) {
      const [key, ...values] = line.trim().split(/\s+/);
      if (!KEYS.includes(key)) throw damaged(`has an unknown line '${line.slice(0, 40)}'`);
      if (this.values.has(key)) throw damaged(`has '${key}' twice`);
      this.values.set(key, values);
    }
  }

  has(key: string): boolean {
    return this.values.has(key);
  }

  oneOf<T extends string>(key: string, allowed: readonly T[]): T {
    const [value, ...rest] = this.get(key);
    const found = allowed.find((item) => item === value);
    if (found === undefined || rest.length > 0)
      throw damaged(`has ${key} '${value}', not one of ${allowed.join(', ')}`);
    return found;
  }

  count(key: string, least: number, most: number): number {
    const [value] = this.numbers(key, 1);
    if (!Number.isInteger(value) || value < least || value > most) throw damaged(`has ${key} ${value}`);
    return value;
  }

  numbers(key: string, length: number): number[] {
    const values = this.get(key);
    if (values.length !== length) throw damaged(`has ${values.length} values in '${key}', not ${length}`);
    return values.map((text) => finite(text, key));
  }

  private get(key: string): string[] {
    const values = this.values.get(key);
    if (!values) throw damaged(`has no line '${key}'`);
    return values;
  }
}

function readVectors(
  lines: readonly string[],
  width: number,
  precomputed: boolean,
  features: number | undefined,
): Pick<Machine, 'vectors' | 'coefficients' | 'features' | 'rows'> {
  const total = lines.length;
  const coefficients = new Float64Array(width * total);
  const entries: number[][] = [];
  let largest = 0;
  lines.forEach((line, s) => {
    const parts = line.trim().split(/\s+/);
    if (parts.length < width) throw damaged(`has too few values for support vector ${s + 1}`);
    for (let r = 0; r < width; r++) coefficients[r * total + s] = finite(parts[r], `support vector ${s + 1}`);
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
  });
  const columns = Math.max(features ?? 1, largest);
  if (features !== undefined && largest > features) throw damaged(`has column ${largest}, ${features} were expected`);
  if (precomputed) {
    if (columns > MOST_VALUES) throw damaged(`has the row ${columns}`);
    const rows = Uint32Array.from(entries, (own) => own[1] - 1);
    return { vectors: new Float32Array(0), coefficients, features: columns, rows };
  }
  if (columns * total > MOST_VALUES) throw damaged(`has the column ${columns}: more values than fit in memory`);
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
  const index = finite(text.slice(0, colon), where);
  if (!Number.isSafeInteger(index) || index > MOST_VALUES) throw damaged(`has column '${index}' in ${where}`);
  return [index, finite(text.slice(colon + 1), where)];
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

function finite(text: string, where: string): number {
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value)) throw damaged(`has '${text.slice(0, 20)}', no finite number, in ${where}`);
  return value;
}

export function damaged(problem: string, cause?: unknown): ModelFormatError {
  return new ModelFormatError(`The libsvm model file ${problem}`, {
    hint: 'The file is damaged, cut short or no model of libsvm: save it again (svm_save_model, or exportNative here).',
    cause,
  });
}

/** The same machine with classes in ascending order of their labels. */
export function inAscendingOrder({ machine, labels }: LibsvmFile): LibsvmFile {
  const k = labels.length;
  const order = [...labels.keys()].sort((i, j) => labels[i] - labels[j]);
  if (order.every((old, i) => old === i)) return { machine, labels };
  const { counts, coefficients, vectors, rows, features, bias, sigmoids } = machine;
  const total = counts.reduce((sum, n) => sum + n, 0);
  const starts = counts.map((_, c) => counts.slice(0, c).reduce((sum, n) => sum + n, 0));
  const source = order.flatMap((old) => Array.from({ length: counts[old] }, (_, i) => starts[old] + i));
  const pairAt = (i: number, j: number) => i * k - (i * (i + 1)) / 2 + (j - i - 1);
  const pairs = order.flatMap((a, i) =>
    order.slice(i + 1).map((b) => ({ old: a < b ? pairAt(a, b) : pairAt(b, a), flipped: a > b })),
  );
  const next = new Float64Array(coefficients.length);
  let s = 0;
  for (const [c, oldClass] of order.entries()) {
    for (let n = counts[oldClass]; n > 0; n--, s++) {
      for (let d = 0; d < k; d++) {
        if (d === c) continue;
        const oldOther = order[d];
        const value = coefficients[(oldOther < oldClass ? oldOther : oldOther - 1) * total + source[s]];
        // The sign says which class of the pair is the first.
        const flipped = oldClass < oldOther !== c < d;
        next[(d < c ? d : d - 1) * total + s] = flipped ? 0 - value : value;
      }
    }
  }
  return {
    machine: {
      ...machine,
      counts: order.map((old) => counts[old]),
      coefficients: next,
      vectors:
        vectors.length === 0
          ? vectors
          : Float32Array.from({ length: vectors.length }, (_, p) => {
              return vectors[source[Math.floor(p / features)] * features + (p % features)];
            }),
      rows: rows && Uint32Array.from(source, (old) => rows[old]),
      bias: Float64Array.from(pairs, ({ old, flipped }) => (flipped ? 0 - bias[old] : bias[old])),
      sigmoids:
        sigmoids &&
        pairs.map(({ old, flipped }) => (flipped ? { a: sigmoids[old].a, b: -sigmoids[old].b } : sigmoids[old])),
    },
    labels: order.map((old) => labels[old]),
  };
}
