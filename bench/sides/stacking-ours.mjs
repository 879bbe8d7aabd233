// Stacks models of the built package on several splits of one data set and writes what the stack and each member say of the rest of the rows.
import { readFileSync, writeFileSync } from 'node:fs';
import { Matrix } from 'holdfast';
import { StackingModel } from 'holdfast/ensemble';

const { data, splits, cols, members, folds, stacking, threads } = JSON.parse(process.argv[2]);
const read = (file, Type) => {
  const bytes = readFileSync(`${data}${file}`);
  return new Type(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
};
const y = read('y.f32', Float32Array);
for (const { name, seed } of splits) {
  const X = read(`X-${name}.f32`, Float32Array);
  const rowsOf = (rows) => {
    const out = Matrix.zeros(rows.length, cols);
    for (const [i, row] of rows.entries()) out.data.set(X.subarray(row * cols, (row + 1) * cols), i * cols);
    return out;
  };
  const train = read(`train-${name}.i32`, Int32Array);
  const model = new StackingModel({ members, folds, foldKind: 'stratified', seed, ...stacking });
  await model.fit({ X: rowsOf(train), y: Float32Array.from(train, (row) => y[row]) }, { threads });
  const test = rowsOf(read(`test-${name}.i32`, Int32Array));
  const write = (what, { probabilities }) =>
    writeFileSync(`${data}ours-${name}-${what}.f64`, new Uint8Array(Float64Array.from(probabilities.data).buffer));
  write('stacking', await model.predict(test));
  for (const { name: member, prediction } of await model.memberPredictions(test)) write(member, prediction);
}
console.log('{}');
