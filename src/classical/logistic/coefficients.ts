/** The learned numbers of a logistic regression, and their JSON form that reads back exactly. */
import { NumberFile } from '../number-file.js';

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
  const file = NumberFile.parse(text, 'The file of logistic coefficients', { format: FORMAT, newest: VERSION });
  const outputs = file.count('outputs');
  const features = file.count('features');
  const { weights: given, oneVsRest } = file.body;
  if (!Array.isArray(given) || given.length !== outputs) throw file.damaged(`'weights' has not ${outputs} rows`);
  // Before any memory is taken: the count may promise more than there is.
  const rows = given.map((row: unknown, k) => file.numbers(`weights[${k}]`, features, row));
  const weights = new Float64Array(outputs * features);
  rows.forEach((row, k) => {
    weights.set(row, k * features);
  });
  const intercept = file.numbers('intercept', outputs);
  return {
    coefficients: { outputs, ...(oneVsRest === true ? { oneVsRest } : {}), features, weights, intercept },
    scale: file.numbers('scale', features),
  };
}
