// Trains the model of the prediction benchmark on the first rows and writes it as the library's own file.
import { closeSync, openSync, readSync, renameSync } from 'node:fs';
import { Matrix, ModelRegistry } from 'holdfast';

const { library, data, model: file, params, cols, trainRows } = JSON.parse(process.argv[2]);
const read = (path, rows, width) => {
  const X = Matrix.zeros(rows, width);
  const handle = openSync(path);
  readSync(handle, new Uint8Array(X.data.buffer), 0, rows * width * 4, 0);
  closeSync(handle);
  return X;
};
const X = read(`${data}X_train.f32`, trainRows, cols);
const y = read(`${data}binary_train.f32`, trainRows, 1).data;
const Model = await ModelRegistry.get(library);
const model = new Model(params);
await model.fit({ X, y });
await model.exportNative(library === 'xgboost' || library === 'catboost' ? `${file}.json` : file);
if (library !== 'lightgbm') renameSync(`${file}.json`, file);
console.log('{}');
