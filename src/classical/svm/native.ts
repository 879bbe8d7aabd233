/** Model files of libsvm and LIBLINEAR: which of them a machine is written to, and what configuration a file stands for. */
import { readFile } from 'node:fs/promises';
import { InvalidInputError, ModelFormatError } from '../../core/errors.js';
import { writeFileAtomic } from '../../core/files.js';
import type { SVMConfig, SVMSettings } from './config.js';
import { formatLiblinear, parseLiblinear } from './linear/liblinear.js';
import type { LinearMachine } from './linear/machine.js';
import { damaged, parseLibsvm } from './machine/libsvm-reader.js';
import { formatLibsvm } from './machine/libsvm-writer.js';
import { isRegression, type Machine } from './machine/machine.js';
import { inAscendingOrder } from './machine/order.js';

/** @throws InvalidInputError - labels that are not integers, which neither format can hold; a linear machine on kernels */
export async function writeNative(
  file: string,
  machine: Machine | LinearMachine,
  labels: readonly number[],
  { loss }: Pick<SVMSettings, 'loss'>,
): Promise<void> {
  if (!labels.every((label) => Number.isSafeInteger(label) && Math.abs(label) < 2 ** 31)) {
    throw new InvalidInputError("svm: exportNative: labels of libsvm's and LIBLINEAR's files are integers", {
      hint: 'Train with integer labels, or keep the model by save(directory).',
    });
  }
  const text = machine.type === 'linear' ? formatLiblinear(machine, labels, loss) : await formatLibsvm(machine, labels);
  await writeFileAtomic(file, text);
}

export interface NativeModel {
  readonly machine: Machine | LinearMachine;
  /** Ascending; empty for regression. */
  readonly labels: readonly number[];
  readonly config: SVMConfig;
}

/** `features`: columns, where a libsvm file's largest index does not say it. @throws ModelFormatError - no such file, or a damaged one */
export async function readNative(file: string, features: number | undefined): Promise<NativeModel> {
  const text = await readText(file);
  return text.startsWith('solver_type') ? fromLiblinear(text, features) : fromLibsvm(text, features);
}

async function fromLibsvm(text: string, features: number | undefined): Promise<NativeModel> {
  const { machine, labels } = inAscendingOrder(await parseLibsvm(text, features));
  const { kernel, type } = machine;
  return {
    machine,
    labels,
    config: {
      task: isRegression(machine) ? 'regression' : 'classification',
      svmType: type === 'nu_svc' || type === 'nu_svr' ? 'nu' : 'c',
      kernel: kernel.name,
      ...(kernel.name === 'linear' || kernel.name === 'precomputed' ? {} : { gamma: kernel.gamma }),
      degree: kernel.degree,
      coef0: kernel.coef0,
      probability: machine.sigmoids !== undefined,
    },
  };
}

function fromLiblinear(text: string, features: number | undefined): NativeModel {
  const { machine, labels, loss } = parseLiblinear(text);
  if (features !== undefined && features !== machine.features) {
    throw damaged(`of LIBLINEAR has ${machine.features} columns, ${features} were expected`);
  }
  return {
    machine,
    labels,
    config: { task: machine.task, kernel: 'linear', solver: 'dcd', loss, probability: false },
  };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'latin1');
  } catch (cause) {
    throw new ModelFormatError(`Cannot read ${file}: ${(cause as NodeJS.ErrnoException).code}`, {
      hint: 'Pass the path of a model that libsvm, LIBLINEAR or exportNative wrote.',
      cause,
    });
  }
}
