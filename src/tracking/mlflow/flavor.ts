/** The form that a model is logged in: its own library's where Python has it, else ONNX. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BaseModel } from '../../model/base-model.js';
import { withClassColumns } from './onnx-columns.js';

export interface Flavor {
  readonly name: 'lightgbm' | 'xgboost' | 'catboost' | 'onnx';
  /** File with the model, in its directory. */
  readonly data: string;
  /** Entry of MLmodel's `flavors`. */
  readonly entry: Readonly<Record<string, unknown>>;
  /** Python packages that open it. */
  readonly requirements: readonly string[];
}

type NativeModel = BaseModel & { exportNative(file: string): Promise<void> };

const NATIVE = {
  lightgbm: {
    data: 'model.lgb',
    entry: () => ({ lgb_version: '4.6.0', model_class: 'lightgbm.basic.Booster', code: null }),
    requirements: ['lightgbm>=4'],
  },
  xgboost: {
    data: 'model.ubj',
    entry: () => ({ xgb_version: '3.0.0', model_class: 'xgboost.core.Booster', model_format: 'ubj', code: null }),
    requirements: ['xgboost>=2'],
  },
  catboost: {
    data: 'model.cbm',
    entry: (model: BaseModel) => ({
      catboost_version: '1.2.8',
      model_type: model.task === 'regression' ? 'CatBoostRegressor' : 'CatBoostClassifier',
      save_format: 'cbm',
      code: null,
    }),
    requirements: ['catboost>=1.2'],
  },
} as const;

/** Writes the model's file into `directory`. @throws InvalidInputError - a model that has no form that Python opens */
export async function writeFlavor(model: BaseModel, directory: string): Promise<Flavor> {
  const name = nativeName(model);
  if (name && hasNative(model)) {
    const { data, entry, requirements } = NATIVE[name];
    await model.exportNative(join(directory, data));
    return { name, data, entry: { data, ...entry(model) }, requirements };
  }
  const data = 'model.onnx';
  const file = join(directory, data);
  await model.exportOnnx(file);
  if (model.info.inputMode === 'features' && model.classes.length > 0) {
    await writeFile(file, withClassColumns(await readFile(file), model.classes));
  }
  const entry = { onnx_version: '1.17.0', providers: ['CPUExecutionProvider'], onnx_session_options: {}, code: null };
  return { name: 'onnx', data, entry: { data, ...entry }, requirements: ['onnx>=1.15', 'onnxruntime>=1.17'] };
}

/** XGBoost refuses a table with such column names, whatever the model says. */
const UNNAMEABLE = /[[\]<]/;

function nativeName(model: BaseModel): keyof typeof NATIVE | undefined {
  const { name } = model.info;
  if (name === 'xgboost') return model.featureNames.some((feature) => UNNAMEABLE.test(feature)) ? undefined : name;
  return name === 'lightgbm' || name === 'catboost' ? name : undefined;
}

const hasNative = (model: BaseModel): model is NativeModel =>
  typeof (model as Partial<NativeModel>).exportNative === 'function';
