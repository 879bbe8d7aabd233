/** Model files of other libraries, and of `exportNative`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CatBoostModel } from '../../../src/boosting/catboost/model.js';
import { LightGBMModel } from '../../../src/boosting/lightgbm/model.js';
import { XGBoostModel } from '../../../src/boosting/xgboost/model.js';
import { SVMModel } from '../../../src/classical/svm/model.js';
import type { BaseModel } from '../../../src/model/base-model.js';
import { seedsIn } from '../seeds.js';
import type { Target } from '../target.js';
import { behaves } from './behaves.js';

type Import = (file: string) => Promise<BaseModel>;

const lightgbm: Import = (file) => LightGBMModel.importNative(file);
const xgboost: Import = (file) => XGBoostModel.importNative(file);
const catboost: Import = (file) => CatBoostModel.importNative(file);
const svm: Import = (file) => SVMModel.importNative(file);

const FORMATS: readonly [name: string, reads: string, kind: Target['kind'], importNative: Import][] = [
  ['lightgbm-text', "LightGBM's text models", 'text', lightgbm],
  ['xgboost-json', "XGBoost's JSON models", 'json', xgboost],
  ['xgboost-ubjson', "XGBoost's UBJSON models", 'bytes', xgboost],
  ['catboost-json', "CatBoost's JSON models", 'json', catboost],
  ['catboost-cbm', "CatBoost's cbm models", 'bytes', catboost],
  ['libsvm', "libsvm's text models", 'text', svm],
  ['liblinear', "LIBLINEAR's text models", 'text', svm],
];

export const NATIVE_FILES: readonly Target[] = FORMATS.map(([name, reads, kind, importNative]) => ({
  name,
  reads,
  kind,
  seeds: async () => seedsIn(name),
  async run(input, directory) {
    const file = join(directory, 'model');
    writeFileSync(file, input);
    // Files of support vector machines do not say what stands for a missing value.
    await behaves(await importNative(file), 1, importNative !== svm);
  },
}));
