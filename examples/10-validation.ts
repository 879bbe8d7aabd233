/** Choosing among models on hourly bars without fooling oneself: purged folds, backtest paths, and how often the choice is luck. */
import { TimeSeriesDataContainer } from 'holdfast';
import { barDataset, readCsv } from 'holdfast/data';
import { CombinatorialPurgedKFold, crossValidate, PurgedKFold, pathOverfitting } from 'holdfast/validation';

const horizon = 8;
const bars = await readCsv(new URL('./data/spy-hourly.csv.gz', import.meta.url));
const dataset = barDataset(bars, { label: 'triple-barrier', horizon });
const raw = TimeSeriesDataContainer.fromTable(dataset.table, {
  label: 'label',
  labelEnd: 'label_end',
  time: dataset.time,
  features: dataset.features,
  horizon,
});

// Preprocessing is fitted anew inside every fold; the train part alone is used, test and holdout are left for later.
const preprocessing = { imputation: 'median', scaling: 'standard' } as const;
const candidates = {
  'C 0.001': { preprocessing, model: 'logistic', config: { C: 0.001 } },
  'C 0.1': { preprocessing, model: 'logistic', config: { C: 0.1 } },
  'boosted trees': { preprocessing, model: 'lightgbm', config: { numIterations: 30, numLeaves: 7 } },
};

const splitter = new PurgedKFold({ folds: 5, embargo: 0.01 });
for (const [name, candidate] of Object.entries(candidates)) {
  const { scores, warnings } = await crossValidate(candidate, raw.train, {
    splitter,
    metrics: ['accuracy', 'logLoss'],
  });
  const { test, overfitGap } = scores.logLoss;
  console.log(
    `${name.padEnd(14)} accuracy ${scores.accuracy.test.mean.toFixed(3)}  log-loss ${test.mean.toFixed(3)} ± ${test.std.toFixed(3)}  gap ${overfitGap?.toFixed(3)}`,
  );
  for (const warning of warnings) console.log(`  ${warning}`);
}

// The same candidates over backtest paths: every path holds one prediction of each bar by a model that has not seen it.
const combinatorial = new CombinatorialPurgedKFold({ folds: 6, testFolds: 2, embargo: 0.01 });
const results = [];
for (const candidate of Object.values(candidates)) {
  results.push(await crossValidate(candidate, raw.train, { splitter: combinatorial, trainScores: false }));
}
const { y } = raw.train;
const found = await pathOverfitting(results, { blocks: 10, performance: (row, prediction) => prediction * y[row] });
console.log(`${combinatorial.splits} splits make ${found.paths.length} backtest paths of ${y.length} bars`);
console.log(`best: ${Object.keys(candidates)[found.best]}`);
console.log(`probability that choosing it is overfitting: ${found.probability.toFixed(2)}`);
console.log(`probability that it has skill, after ${results.length} trials: ${found.deflatedSharpe.toFixed(2)}`);
