// Cross-validation by the built package: reads the benchmark data, trains and scores every fold, prints seconds and mean scores as JSON.
import { LightGBMModel } from 'holdfast/boosting';
import { crossValidate, PurgedKFold } from 'holdfast/validation';
import { peakRss, readFloats, readMatrix } from './files.mjs';

const { data, cols, threads, params, splitter } = JSON.parse(process.argv[2]);
const X = readMatrix(`${data}X_train.f32`, cols);
const y = Float64Array.from(readFloats(`${data}binary_train.f32`));
const started = performance.now();
const { scores } = await crossValidate(
  new LightGBMModel(params),
  { role: 'train', X, y },
  { splitter: new PurgedKFold(splitter), metrics: ['rocAuc', 'logLoss'], threads, trainScores: false },
);
const seconds = (performance.now() - started) / 1000;
const quality = { auc: scores.rocAuc.test.mean, logLoss: scores.logLoss.test.mean };
console.log(JSON.stringify({ seconds, peakRss: peakRss(), quality }));
