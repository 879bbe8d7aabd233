/** The JSON form of a linear machine, which reads back exactly; anything else is a `ModelFormatError`. */
import { ModelFormatError } from '../../../core/errors.js';
import type { KernelFunction } from '../kernel.js';
import type { LinearMachine } from './machine.js';

const FORMAT = 'holdfast-linear-svm';

/** JSON text; numbers in the shortest form that reads back as the same. */
export function linearToJson(machine: LinearMachine): string {
  const { basis, waves, weights, bias, sigmoids, task, classes, features } = machine;
  return `${JSON.stringify({
    format: FORMAT,
    version: 1,
    task,
    classes,
    features,
    ...(basis ? { kernel: { ...basis.kernel }, vectors: [...basis.vectors] } : {}),
    ...(waves ? { kernel: { ...waves.kernel }, frequencies: [...waves.frequencies] } : {}),
    weights: [...weights],
    bias: [...bias],
    ...(sigmoids ? { sigmoids: sigmoids.map(({ a, b }) => [a, b]) } : {}),
  })}\n`;
}

/** Reads what `linearToJson` wrote; anything else is a `ModelFormatError`. */
export function linearFromJson(text: string): LinearMachine {
  let body: Record<string, unknown>;
  try {
    body = JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw damaged('is not JSON', cause);
  }
  if (body === null || typeof body !== 'object' || body.format !== FORMAT || body.version !== 1) {
    throw damaged('is not a linear machine of this version');
  }
  const { task } = body;
  if (task !== 'classification' && task !== 'regression') throw damaged("has no 'task'");
  const classes = count(body.classes, 'classes', task === 'regression' ? 0 : 2);
  const features = count(body.features, 'features', 1);
  const outputs = classes > 2 ? classes : 1;
  const { width, ...basis } = basisFrom(body, features);
  const sigmoids =
    body.sigmoids === undefined
      ? undefined
      : list(body.sigmoids, outputs, 'sigmoids').map((pair) => {
          const [a, b] = numbers(pair, 2, 'sigmoids');
          return { a, b };
        });
  return {
    type: 'linear',
    task,
    classes,
    features,
    ...basis,
    weights: Float64Array.from(numbers(body.weights, outputs * width, 'weights')),
    bias: Float64Array.from(numbers(body.bias, outputs, 'bias')),
    ...(sigmoids ? { sigmoids } : {}),
  };
}

/** What is weighted beside the columns themselves, and how many weights a function has. */
function basisFrom(
  { kernel, vectors, frequencies }: Record<string, unknown>,
  features: number,
): Pick<LinearMachine, 'basis' | 'waves'> & { width: number } {
  if (kernel === undefined) return { width: features };
  const name = frequencies === undefined ? 'vectors' : 'frequencies';
  const values = Float32Array.from(numbers(frequencies ?? vectors, undefined, name));
  const count = values.length / features;
  if (count === 0 || !Number.isInteger(count)) throw damaged(`has a wrong number of '${name}'`);
  if (!values.every(Number.isFinite)) throw damaged(`has a value beyond float32 in '${name}'`);
  const own = kernelFrom(kernel);
  if (name === 'vectors') return { basis: { kernel: own, vectors: values }, width: count };
  if (own.name !== 'rbf') throw damaged(`has frequencies of a kernel '${own.name}'`);
  return { waves: { kernel: own, frequencies: values }, width: 2 * count };
}

function kernelFrom(value: unknown): KernelFunction {
  const { name, gamma, coef0, degree } = (value ?? {}) as Record<string, unknown>;
  if (name !== 'rbf' && name !== 'poly' && name !== 'sigmoid') throw damaged("has an unknown 'kernel'");
  const [g, c, d] = numbers([gamma, coef0, degree], 3, 'kernel');
  if (g < 0 || !Number.isInteger(d) || d < 0 || d > 100) throw damaged("has a 'kernel' out of range");
  return { name, gamma: g, coef0: c, degree: d };
}

function count(value: unknown, name: string, least: number): number {
  if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > 2 ** 29) {
    throw damaged(`has '${name}' ${String(value)}`);
  }
  return value as number;
}

function list(value: unknown, length: number | undefined, name: string): unknown[] {
  if (!Array.isArray(value) || (length !== undefined && value.length !== length)) {
    throw damaged(`has no list of ${length ?? 'numbers'} in '${name}'`);
  }
  return value;
}

function numbers(value: unknown, length: number | undefined, name: string): number[] {
  const items = list(value, length, name);
  if (!items.every((item) => Number.isFinite(item)))
    throw damaged(`has something that is no finite number in '${name}'`);
  return items as number[];
}

function damaged(problem: string, cause?: unknown): ModelFormatError {
  return new ModelFormatError(`The file of a linear support vector machine ${problem}`, {
    hint: 'The file is damaged or was edited; restore it from a backup or train again.',
    cause,
  });
}
