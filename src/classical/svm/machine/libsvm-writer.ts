/** libsvm's text model file, as svm_save_model writes it (https://github.com/cjlin1/libsvm/blob/master/README), numbers in full precision. */
import { Turns } from '../../../core/turns.js';
import { isRegression, type Machine, vectorCount } from './machine.js';

/** libsvm's names of kernels. */
export const KERNEL_TYPES = {
  linear: 'linear',
  poly: 'polynomial',
  rbf: 'rbf',
  sigmoid: 'sigmoid',
  precomputed: 'precomputed',
} as const;

/** Support vectors at a stretch. */
const VECTORS = 16;

/** The file's text, in short turns; `labels` are the integers that stand for the classes. */
export async function formatLibsvm(machine: Machine, labels: readonly number[]): Promise<string> {
  const { kernel, counts, coefficients, bias, sigmoids } = machine;
  const total = vectorCount(machine);
  const header = [`svm_type ${machine.type}`, `kernel_type ${KERNEL_TYPES[kernel.name]}`];
  if (kernel.name === 'poly') header.push(`degree ${kernel.degree}`);
  if (['poly', 'rbf', 'sigmoid'].includes(kernel.name)) header.push(`gamma ${kernel.gamma}`);
  if (kernel.name === 'poly' || kernel.name === 'sigmoid') header.push(`coef0 ${kernel.coef0}`);
  const classes = isRegression(machine) ? 2 : counts.length;
  header.push(`nr_class ${classes}`, `total_sv ${total}`, `rho ${joined(bias, (value) => 0 - value)}`);
  if (!isRegression(machine)) header.push(`label ${labels.join(' ')}`);
  if (sigmoids) header.push(`probA ${joined(sigmoids, ({ a }) => a)}`, `probB ${joined(sigmoids, ({ b }) => b)}`);
  if (!isRegression(machine)) header.push(`nr_sv ${counts.join(' ')}`);
  const lines = [...header, 'SV'];
  const rows = coefficients.length / Math.max(total, 1);
  const turns = new Turns();
  for (let s = 0; s < total; s++) {
    if (s % VECTORS === 0) await turns.pause();
    const own: string[] = [];
    for (let r = 0; r < rows; r++) own.push(number(coefficients[r * total + s]));
    lines.push(`${own.join(' ')} ${vectorText(machine, s)}`);
  }
  return `${lines.join('\n')}\n`;
}

function joined<T>(values: Iterable<T>, of: (value: T) => number): string {
  return Array.from(values, (value) => number(of(value))).join(' ');
}

/** The shortest decimal that reads back as the same double; 0 for -0. */
function number(value: number): string {
  return String(value === 0 ? 0 : value);
}

/** `index:value` pairs from 1 on, zeros left out; the first vector has its last column even if 0, which says how many there are. */
function vectorText({ kernel, vectors, rows, features }: Machine, s: number): string {
  if (kernel.name === 'precomputed') return `0:${(rows?.[s] ?? 0) + 1} `;
  let text = '';
  for (let j = 0; j < features; j++) {
    const value = vectors[s * features + j];
    if (value !== 0 || (s === 0 && j === features - 1)) text += `${j + 1}:${shortFloat(value)} `;
  }
  return text;
}

/** The shortest of 6 to 9 digits that reads back as the same float32. */
function shortFloat(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}
