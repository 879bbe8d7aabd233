// Trains a model of the built package on several splits of one data set and writes its predictions for the rest of the rows.
import { readFileSync, writeFileSync } from 'node:fs';
import { Matrix, ModelRegistry } from 'holdfast';

const request = JSON.parse(process.argv[2]);
const read = (file, Type) => {
  const bytes = readFileSync(`${request.data}${file}`);
  return new Type(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
};
const [X, y] = [read('X.f32', Float32Array), read('y.f32', Float32Array)];
const weights = request.weighted ? read('w.f32', Float32Array) : undefined;
const { cols } = request;
const rowsOf = (rows) => {
  const out = Matrix.zeros(rows.length, cols);
  for (const [i, row] of rows.entries()) out.data.set(X.subarray(row * cols, (row + 1) * cols), i * cols);
  return out;
};
const pick = (values, rows) => Float32Array.from(rows, (row) => values[row]);

const Model = await ModelRegistry.get(request.library);
for (const { name, seed } of request.splits) {
  const train = read(`train-${name}.i32`, Int32Array);
  const model = new Model({
    ...request.params,
    seed,
    ...(request.task === 'regression'
      ? request.objective
        ? { objective: request.objective }
        : { task: 'regression' }
      : {}),
    ...(request.categorical.length > 0 ? { categoricalFeatures: request.categorical } : {}),
  });
  await model.fit(
    { X: rowsOf(train), y: pick(y, train), ...(weights ? { weights: pick(weights, train) } : {}) },
    { threads: 1 },
  );
  const output = await model.predict(rowsOf(read(`test-${name}.i32`, Int32Array)));
  let values = output.predictions;
  if (request.task !== 'regression') {
    const { data, rows, cols: classes } = output.probabilities;
    values = request.task === 'binary' ? Float64Array.from({ length: rows }, (_, i) => data[classes * i + 1]) : data;
  }
  writeFileSync(`${request.data}${request.side}-${name}.f64`, new Uint8Array(Float64Array.from(values).buffer));
}
console.log('{}');
