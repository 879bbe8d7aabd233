/** The learned numbers of a logistic regression, and their JSON form that reads back exactly. */
import { ModelFormatError } from '../../core/errors.js';

/** One row of weights for each output: one output for two classes (of the second class), else one for each class. */
export interface LogisticCoefficients {
  readonly outputs: number;
  /** Several outputs, each of its class against the rest, instead of one softmax. */
  readonly oneVsRest?: boolean;
  readonly features: number;
  /** (outputs, features), row-major. */
  readonly weights: Float64Array;
  /** (outputs,); zeros when the model has no intercept. */
  readonly intercept: Float64Array;
}

/** How many outputs a model of `classes` classes has. */
export function outputsFor(classes: number): number {
  return classes === 2 ? 1 : classes;
}

const FORMAT = 'holdfast-logistic';
/** Files of one softmax are version 1, of one-vs-rest outputs version 2. */
const VERSION = 2;

/** JSON text. Numbers are written in the shortest form that parses to the same double (ECMAScript's own guarantee). */
export function coefficientsToJson(coefficients: LogisticCoefficients, scale: Float64Array): string {
  const { outputs, oneVsRest, features, weights, intercept } = coefficients;
  const rows = Array.from({ length: outputs }, (_, k) =>
    Array.from(weights.subarray(k * features, (k + 1) * features)),
  );
  const kind = oneVsRest ? { version: 2, oneVsRest } : { version: 1 };
  const body = { format: FORMAT, ...kind, outputs, features, intercept: [...intercept], scale: [...scale] };
  return `${JSON.stringify({ ...body, weights: rows })}\n`;
}

/** Reads what `coefficientsToJson` wrote; anything else is a `ModelFormatError` that says which part is wrong. */
export function coefficientsFromJson(text: string): { coefficients: LogisticCoefficients; scale: Float64Array } {
  let body: Record<string, unknown>;
  try {
    body = JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw damaged('is not JSON', cause);
  }
  if (body === null || typeof body !== 'object' || body.format !== FORMAT)
    throw damaged('is not a logistic regression');
  if (body.version !== 1 && body.version !== VERSION) {
    throw new ModelFormatError(`The logistic coefficients have format version ${String(body.version)}`, {
      hint: `This release reads versions up to ${VERSION}; update holdfast, or train again.`,
    });
  }
  const outputs = count(body.outputs, 'outputs');
  const features = count(body.features, 'features');
  if (!Array.isArray(body.weights) || body.weights.length !== outputs)
    throw damaged(`'weights' has not ${outputs} rows`);
  // Before any memory is taken: the count may promise more than there is.
  const rows = body.weights.map((row: unknown, k) => numbers(row, features, `weights[${k}]`));
  const weights = new Float64Array(outputs * features);
  rows.forEach((row, k) => {
    weights.set(row, k * features);
  });
  const oneVsRest = body.oneVsRest === true ? { oneVsRest: true } : {};
  const intercept = numbers(body.intercept, outputs, 'intercept');
  return {
    coefficients: { outputs, ...oneVsRest, features, weights, intercept },
    scale: numbers(body.scale, features, 'scale'),
  };
}

function count(value: unknown, name: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 1) throw damaged(`'${name}' is not a positive integer`);
  return value as number;
}

function numbers(value: unknown, length: number, name: string): Float64Array {
  if (!Array.isArray(value) || value.length !== length) throw damaged(`'${name}' is not a list of ${length} numbers`);
  if (!value.every((item) => Number.isFinite(item)))
    throw damaged(`'${name}' holds something that is no finite number`);
  return Float64Array.from(value as number[]);
}

function damaged(problem: string, cause?: unknown): ModelFormatError {
  return new ModelFormatError(`The file of logistic coefficients ${problem}`, {
    hint: 'The file is damaged or was edited; restore it from a backup or train again.',
    cause,
  });
}
