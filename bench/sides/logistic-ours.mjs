// One measurement of LogisticRegressionModel of the built package: reads X and y, trains, prints seconds and coefficients as JSON.
import { LogisticRegressionModel } from 'holdfast/classical';
import { peakRss, readFloats, readMatrix } from './files.mjs';

const { X, y, cols, threads, tolerance } = JSON.parse(process.argv[2]);
const rows = readMatrix(X, cols);
const labels = readFloats(y);
const started = performance.now();
const model = new LogisticRegressionModel({ tolerance });
const { totalEpochs } = await model.fit({ X: rows, y: labels }, { threads });
const seconds = (performance.now() - started) / 1000;
const coefficients = model.coefficients.map((row) => [...row]);
console.log(
  JSON.stringify({
    seconds,
    peakRss: peakRss(),
    iterations: totalEpochs,
    coefficients,
    intercept: [...model.intercept],
  }),
);
