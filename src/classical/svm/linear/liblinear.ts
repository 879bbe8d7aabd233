/** LIBLINEAR's text model file, as `train` writes it and `predict` reads it (https://github.com/cjlin1/liblinear/blob/master/README). */
import { InvalidInputError, ModelFormatError } from '../../../core/errors.js';
import { finite, Header } from '../machine/header.js';
import type { LinearMachine } from './machine.js';

export type LinearLoss = 'hinge' | 'squaredHinge' | 'epsilonInsensitive' | 'squaredEpsilonInsensitive';

export interface LiblinearFile {
  readonly machine: LinearMachine;
  /** Ascending; empty for regression. */
  readonly labels: readonly number[];
  readonly loss: LinearLoss;
}

/** LIBLINEAR's support vector machines, by the loss that they minimise; the first of a loss is the one written. */
const SOLVERS: Readonly<Record<string, LinearLoss>> = {
  L2R_L2LOSS_SVC_DUAL: 'squaredHinge',
  L2R_L2LOSS_SVC: 'squaredHinge',
  L1R_L2LOSS_SVC: 'squaredHinge',
  L2R_L1LOSS_SVC_DUAL: 'hinge',
  L2R_L2LOSS_SVR_DUAL: 'squaredEpsilonInsensitive',
  L2R_L2LOSS_SVR: 'squaredEpsilonInsensitive',
  L2R_L1LOSS_SVR_DUAL: 'epsilonInsensitive',
};
const KEYS = ['solver_type', 'nr_class', 'label', 'nr_feature', 'bias'];
const MOST_VALUES = 2 ** 29;

/**
 * The file's text; `labels` are the integers that stand for the classes. Probabilities are not part of the format.
 *
 * @throws InvalidInputError - a machine on kernels, which is no function of the columns
 */
export function formatLiblinear(machine: LinearMachine, labels: readonly number[], loss: LinearLoss): string {
  const { task, classes, features, weights, bias } = machine;
  if (machine.basis || machine.waves) {
    throw new InvalidInputError("svm: LIBLINEAR's file holds weights of columns, not an approximation of a kernel", {
      hint: 'save(directory) keeps any model, exportOnnx exports it; or train with kernel: linear.',
    });
  }
  const solver = Object.keys(SOLVERS).find((name) => SOLVERS[name] === loss);
  const withBias = bias.some((value) => value !== 0);
  const lines = [`solver_type ${solver}`, `nr_class ${task === 'regression' ? 2 : classes}`];
  // A positive value of two classes speaks for the label named first there, here for the second class.
  if (task === 'classification') lines.push(`label ${(classes === 2 ? [labels[1], labels[0]] : labels).join(' ')}`);
  lines.push(`nr_feature ${features}`, `bias ${withBias ? 1 : -1}`, 'w');
  const row = (of: (output: number) => number) => `${Array.from(bias, (_, o) => number(of(o))).join(' ')} `;
  for (let j = 0; j < features; j++) lines.push(row((o) => weights[o * features + j]));
  if (withBias) lines.push(row((o) => bias[o]));
  return `${lines.join('\n')}\n`;
}

/** The shortest decimal that reads back as the same double; 0 for -0. */
const number = (value: number): string => String(value === 0 ? 0 : value);

/** Reads a support vector machine of LIBLINEAR's; anything else is a `ModelFormatError` that says where. */
export function parseLiblinear(text: string): LiblinearFile {
  if (!text.endsWith('\n')) throw damaged('does not end with a line end: it was cut short');
  const lines = text.slice(0, -1).split('\n');
  const start = lines.findIndex((line) => line.trim() === 'w');
  if (start < 0) throw damaged("has no line 'w'");
  const header = new Header(lines.slice(0, start), KEYS, damaged);
  const loss = SOLVERS[header.oneOf('solver_type', Object.keys(SOLVERS))];
  const regression = loss.endsWith('Insensitive');
  const count = header.count('nr_class', 2, 10_000);
  if (regression && count !== 2) throw damaged(`has nr_class ${count} for a regression`);
  const labels = regression ? [] : header.numbers('label', count);
  if (new Set(labels).size !== labels.length || !labels.every(Number.isSafeInteger)) {
    throw damaged("has labels that are not different integers in 'label'");
  }
  const features = header.count('nr_feature', 1, MOST_VALUES);
  const [value] = header.numbers('bias', 1);
  const outputs = count > 2 ? count : 1;
  const rows = lines.slice(start + 1);
  const wanted = features + (value >= 0 ? 1 : 0);
  if (rows.length !== wanted) throw damaged(`has ${rows.length} rows of weights, nr_feature and bias say ${wanted}`);
  // Every weight takes at least two bytes, so nothing is made that the file does not hold.
  const weights = new Float64Array(outputs * features);
  const bias = new Float64Array(outputs);
  const order = functionsOf(labels);
  rows.forEach((line, j) => {
    const parts = line.trim().split(/\s+/);
    if (parts.length !== outputs) throw damaged(`has ${parts.length} weights in row ${j + 1}, not ${outputs}`);
    order.forEach(({ from, sign }, o) => {
      const weight = sign * finite(parts[from], `row ${j + 1}`, damaged);
      if (j < features) weights[o * features + j] = weight;
      else bias[o] = weight * value;
    });
  });
  if (!bias.every(Number.isFinite)) throw damaged('has an intercept that is not finite');
  return {
    machine: {
      type: 'linear',
      task: regression ? 'regression' : 'classification',
      classes: labels.length,
      features,
      weights,
      bias,
    },
    labels: [...labels].sort((a, b) => a - b),
    loss,
  };
}

/** For classes in ascending order of labels: the column of weights of each function, and its sign. */
function functionsOf(labels: readonly number[]): { from: number; sign: 1 | -1 }[] {
  if (labels.length === 0) return [{ from: 0, sign: 1 }];
  if (labels.length === 2) return [{ from: 0, sign: labels[0] > labels[1] ? 1 : -1 }];
  return [...labels.keys()].sort((i, j) => labels[i] - labels[j]).map((from) => ({ from, sign: 1 }));
}

function damaged(problem: string): ModelFormatError {
  return new ModelFormatError(`The LIBLINEAR model file ${problem}`, {
    hint: 'The file is damaged, cut short or no support vector machine of LIBLINEAR: save it again (its train, or exportNative here).',
  });
}
