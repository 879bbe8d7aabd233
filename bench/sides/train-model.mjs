// Trains the model of the prediction benchmark on the first rows and writes it as the library's own file.
import { renameSync } from 'node:fs';
import { ModelRegistry } from 'holdfast';
import { readMatrix } from './files.mjs';

const { library, data, model: file, params, cols, trainRows } = JSON.parse(process.argv[2]);
const X = readMatrix(`${data}X_train.f32`, cols, trainRows);
const y = readMatrix(`${data}binary_train.f32`, 1, trainRows).data;
const Model = await ModelRegistry.get(library);
const model = new Model(params);
await model.fit({ X, y });
await model.exportNative(library === 'xgboost' || library === 'catboost' ? `${file}.json` : file);
if (library !== 'lightgbm') renameSync(`${file}.json`, file);
console.log('{}');
