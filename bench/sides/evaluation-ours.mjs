// One measurement of the intervals of the built package: reads labels and probabilities, prints seconds and standard errors as JSON.
import { Matrix, measureModel } from 'holdfast';
import { peakRss, readFloats } from './files.mjs';

const { y, p, resampling, block, samples, threads } = JSON.parse(process.argv[2]);
const labels = readFloats(y);
const positive = readFloats(p);
const probabilities = Matrix.from(Array.from(positive, (v) => [1 - v, v]));
const rows = {
  y: labels,
  output: { predictions: positive.map((v) => (v >= 0.5 ? 1 : 0)), probabilities, classes: [0, 1] },
};
const started = performance.now();
const { splits } = await measureModel(
  { model: 'scores', task: 'classification', splits: { test: rows } },
  {
    threads,
    periods: false,
    bootstrap: { samples, resampling, ...(resampling === 'stratified' ? {} : { blockLength: block }) },
  },
);
const seconds = (performance.now() - started) / 1000;
const { intervals, precisionAt } = splits.test;
const standardErrors = Object.fromEntries([
  ...Object.entries(intervals).map(([name, interval]) => [name, interval.standardError]),
  ...precisionAt.map(({ share, interval }) => [`precisionAt ${share}`, interval.standardError]),
]);
console.log(JSON.stringify({ seconds, peakRss: peakRss(), standardErrors }));
