// One measurement of support vector machines of the built package: reads the benchmark data, scales it, trains, prints JSON.
import { Matrix } from 'holdfast';
import { SVMModel } from 'holdfast/classical';
import { peakRss, readFloats } from './files.mjs';

const { data, cols, rows, threads, ours } = JSON.parse(process.argv[2]);

/** Columns to mean 0 and variance 1 of the training rows; missing values to the mean. */
function scaled(train, test) {
  const n = train.length / cols;
  for (let j = 0; j < cols; j++) {
    let [sum, square, known] = [0, 0, 0];
    for (let i = 0; i < n; i++) {
      const value = train[i * cols + j];
      if (Number.isNaN(value)) continue;
      sum += value;
      square += value * value;
      known++;
    }
    const mean = sum / known;
    const deviation = Math.sqrt(square / known - mean * mean) || 1;
    for (const part of [train, test]) {
      for (let p = j; p < part.length; p += cols) part[p] = Number.isNaN(part[p]) ? 0 : (part[p] - mean) / deviation;
    }
  }
}

const train = readFloats(`${data}X_train.f32`).slice(0, rows * cols);
const test = readFloats(`${data}X_test.f32`);
scaled(train, test);
const X = Matrix.zeros(rows, cols);
X.data.set(train);
const y = readFloats(`${data}binary_train.f32`).slice(0, rows);
const yTest = readFloats(`${data}binary_test.f32`);
const model = new SVMModel({ probability: false, ...ours });
const started = performance.now();
await model.fit({ X, y }, { threads });
const seconds = (performance.now() - started) / 1000;
const peak = peakRss();
const T = Matrix.wrap(test, cols);
const { predictions } = await model.predict(T, { threads });
const decisions = await model.decisionFunction(T, { threads });
const accuracy = predictions.reduce((hits, label, i) => hits + (label === yTest[i] ? 1 : 0), 0) / yTest.length;
const { objectives, kernelError } = model.training;
console.log(
  JSON.stringify({
    seconds,
    peakRss: peak,
    accuracy,
    objective: objectives[0],
    kernelError,
    decisions: [...decisions.data],
  }),
);
