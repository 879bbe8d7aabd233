// One measurement of shapValues of the built package: opens the library's model file, explains the first test rows, prints seconds as JSON.
import { ModelRegistry } from 'holdfast';
import { shapValues } from 'holdfast/explain';
import { peakRss, readMatrix } from './files.mjs';

const { library, data, model: file, cols, rows, kind, threads } = JSON.parse(process.argv[2]);
const X = readMatrix(`${data}X_test.f32`, cols, rows);
const background = kind === 'background' ? readMatrix(`${data}X_train.f32`, cols, 100) : undefined;
const Model = await ModelRegistry.get(library);
const model = await Model.importNative(file);
await model.predict(X, { threads });
const started = performance.now();
const result = await shapValues(model, X, { threads, interactions: kind === 'interactions', background });
const seconds = (performance.now() - started) / 1000;
const values = kind === 'interactions' ? result.interactions : result.values;
let sum = 0;
for (const value of values) sum += Math.abs(value);
console.log(JSON.stringify({ seconds, peakRss: peakRss(), mean: sum / values.length }));
