// One measurement of prediction by the built package: opens the library's model file, scores all rows and then one at a time.
import { readFileSync } from 'node:fs';
import { Matrix, ModelRegistry } from 'holdfast';
import { peakRss } from './files.mjs';

const { library, data, model: file, cols, threads } = JSON.parse(process.argv[2]);
const bytes = readFileSync(`${data}X_test.f32`);
const X = Matrix.wrap(
  new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)),
  cols,
);
const Model = await ModelRegistry.get(library);
const model = await Model.importNative(file);
await model.predict(X, { threads });
const started = performance.now();
const { probabilities } = await model.predict(X, { threads });
const seconds = (performance.now() - started) / 1000;
let mean = 0;
for (let i = 0; i < probabilities.rows; i++) mean += probabilities.data[2 * i + 1] / probabilities.rows;

const one = Matrix.wrap(X.data.slice(0, cols), cols);
for (let i = 0; i < 3000; i++) await model.predict(one);
const times = [];
for (let i = 0; i < 3000; i++) {
  const before = performance.now();
  await model.predict(one);
  times.push(1000 * (performance.now() - before));
}
times.sort((a, b) => a - b);
console.log(JSON.stringify({ seconds, peakRss: peakRss(), single: times[1500], mean }));
