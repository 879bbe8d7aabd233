// One measurement of a tree model of the built package: reads the benchmark data, trains, writes test probabilities, prints JSON.
import { writeFileSync } from 'node:fs';
import { Matrix, ModelRegistry } from 'holdfast';
import { peakRss, readFloats, readMatrix } from './files.mjs';

const request = JSON.parse(process.argv[2]);
const { data, target, cols, categorical, threads } = request;
const X = readMatrix(`${data}X_train.f32`, cols);
const y = readFloats(`${data}${target}_train.f32`);
const started = performance.now();
const Model = await ModelRegistry.get(request.library);
const model = new Model({
  ...request.params,
  n_estimators: request.rounds,
  ...(categorical > 0 ? { categoricalFeatures: Array.from({ length: categorical }, (_, j) => j) } : {}),
});
await model.fit({ X, y }, { threads });
const seconds = (performance.now() - started) / 1000;
const peak = peakRss();
const T = readMatrix(`${data}X_test.f32`, cols);
const output = await model.predict(T, { threads });
const { data: values, rows, cols: classes } = output.probabilities;
const written = classes === 2 ? Float32Array.from({ length: rows }, (_, i) => values[2 * i + 1]) : values;
writeFileSync(request.predictions, new Uint8Array(written.buffer, written.byteOffset, written.byteLength));
/** Seconds of a second call for so many rows, those of the test set again and again. */
async function predictSeconds(rows) {
  const many = Matrix.zeros(rows, cols);
  for (let i = 0; i < rows; i++) many.data.set(T.row(i % T.rows), i * cols);
  await model.predict(many, { threads });
  const before = performance.now();
  await model.predict(many, { threads });
  return (performance.now() - before) / 1000;
}
const predicting = request.predict ? { predictSeconds: await predictSeconds(request.predict) } : {};
console.log(JSON.stringify({ seconds, peakRss: peak, ...predicting }));
