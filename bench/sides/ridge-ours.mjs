// One measurement of RidgeModel of the built package: reads X and y, trains, prints seconds and coefficients as JSON.
import { RidgeModel } from 'holdfast/classical';
import { peakRss, readFloats, readMatrix } from './files.mjs';

const { X, y, cols, threads, alphas } = JSON.parse(process.argv[2]);
const rows = readMatrix(X, cols);
const targets = readFloats(y);
const started = performance.now();
const model = new RidgeModel({ task: 'regression', ...(alphas.length > 1 ? { alphas } : { alpha: alphas[0] }) });
await model.fit({ X: rows, y: targets }, { threads });
const seconds = (performance.now() - started) / 1000;
console.log(
  JSON.stringify({ seconds, peakRss: peakRss(), alpha: model.alpha, coefficients: [...model.coefficients[0]] }),
);
