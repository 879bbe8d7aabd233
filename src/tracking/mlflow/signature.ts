/** What a logged model takes and gives, in MLflow's words, and an example of its input. https://mlflow.org/docs/latest/ml/model/signatures */
import { InvalidInputError } from '../../core/errors.js';
import type { BaseModel } from '../../model/base-model.js';
import type { LogModelOptions } from '../tracker.js';
import type { Flavor } from './flavor.js';
import { probabilityColumn } from './onnx-columns.js';

type Spec = Readonly<Record<string, unknown>>;

const tensor = (dtype: string, shape: readonly number[]): Spec => ({
  type: 'tensor',
  'tensor-spec': { dtype, shape },
});
const column = (name: string, type = 'double'): Spec => ({ type, name, required: true });

/** Columns for tables; one tensor of windows for models of sequences. Undefined where MLflow has no words for the input. */
export function signatureOf(model: BaseModel, flavor: Flavor): Spec | undefined {
  const { inputMode } = model.info;
  if (inputMode === 'hybrid') return undefined;
  const channels = model.featureNames.length;
  const inputs =
    inputMode === 'features' ? model.featureNames.map((name) => column(name)) : [tensor('float32', [-1, -1, channels])];
  return { inputs: JSON.stringify(inputs), outputs: JSON.stringify(outputsOf(model, flavor)), params: null };
}

function outputsOf(model: BaseModel, flavor: Flavor): Spec[] {
  const classes = model.classes.length;
  if (flavor.name === 'catboost') return [tensor(classes > 0 ? 'int64' : 'float64', classes > 2 ? [-1, 1] : [-1])];
  if (flavor.name !== 'onnx') return [tensor('float64', classes > 2 ? [-1, classes] : [-1])];
  const whole = model.classes.every((label) => Number.isSafeInteger(label));
  const label = whole ? 'int64' : 'float32';
  if (model.info.inputMode !== 'features') {
    const named = (name: string, spec: Spec): Spec => ({ ...spec, name });
    if (classes === 0) return [named('variable', tensor('float32', [-1, 1]))];
    return [named('label', tensor(label, [-1])), named('probabilities', tensor('float32', [-1, classes]))];
  }
  if (classes === 0) return [column('variable', 'float')];
  return [
    column('label', whole ? 'long' : 'float'),
    ...model.classes.map((label) => column(probabilityColumn(label), 'float')),
  ];
}

/** Files with the example, and what MLmodel says of it. */
export interface ExampleFiles {
  readonly info: Spec;
  readonly files: Readonly<Record<string, string>>;
}

const EXAMPLE = 'input_example.json';
const SERVING = 'serving_input_example.json';

/** @throws InvalidInputError - an example of another width than the model's input */
export function exampleOf(model: BaseModel, example: NonNullable<LogModelOptions['inputExample']>): ExampleFiles {
  const { featureNames } = model;
  const table = model.info.inputMode === 'features';
  const wide = (rows: readonly unknown[]): boolean =>
    rows.every(
      (row) =>
        (table ? widthOf(row) : Array.isArray(row) && row.every((r) => widthOf(r) === channels) ? channels : -1) ===
        channels,
    );
  const channels = featureNames.length;
  if (!Array.isArray(example) || example.length === 0 || !wide(example)) {
    throw new InvalidInputError(`logModel: inputExample does not have the model's ${channels} columns`, {
      hint: table ? 'Pass rows (n, features).' : 'Pass windows (n, length, channels).',
    });
  }
  if (!table) {
    const text = JSON.stringify({ inputs: example });
    const info = { artifact_path: EXAMPLE, type: 'ndarray', format: 'tf-serving', serving_input_path: SERVING };
    return { info, files: { [EXAMPLE]: text, [SERVING]: text } };
  }
  const split = { columns: featureNames, data: example };
  const info = { artifact_path: EXAMPLE, type: 'dataframe', pandas_orient: 'split', serving_input_path: SERVING };
  return { info, files: { [EXAMPLE]: JSON.stringify(split), [SERVING]: JSON.stringify({ dataframe_split: split }) } };
}

const widthOf = (row: unknown): number => (Array.isArray(row) ? row.length : -1);
