/** Several models as one on hourly bars: the mean of four, one of them of windows, how differently they err, and stacking by folds that are purged in time. */
import { logLoss, PreprocessingPipeline, TimeSeriesDataContainer } from 'holdfast';
import { barDataset, readCsv } from 'holdfast/data';
import { StackingModel, VotingModel } from 'holdfast/ensemble';

const bars = (await readCsv(new URL('./data/spy-hourly.csv.gz', import.meta.url))).slice(0, 4000);
const dataset = barDataset(bars, { label: 'direction', horizon: 7 });
const raw = TimeSeriesDataContainer.fromTable(dataset.table, {
  label: 'label',
  labelEnd: 'label_end',
  weight: 'weight',
  time: dataset.time,
  symbol: 'SPY',
  horizon: 7,
});
const container = new PreprocessingPipeline({ imputation: 'median', scaling: 'standard' }).fitTransform(raw);
const { train, validation, test } = container;

const members = [
  { model: 'lightgbm', config: { numIterations: 20, numLeaves: 7, learningRate: 0.05 } },
  { model: 'random_forest', config: { nTrees: 60, minSamplesLeaf: 60 } },
  { name: 'linear', model: 'logistic', config: { C: 0.0001 } },
  { name: 'windows', model: 'minirocket', config: { numFeatures: 420 } },
];

// The member of windows makes them of the rows up to each row; the others see the row itself.
const voting = new VotingModel({ members, sequenceLength: 24 });
await voting.fit({ ...train, validation });
for (const { name, loss } of voting.memberScores)
  console.log(`${name.padEnd(14)} log-loss ${loss.toFixed(4)} on validation rows`);
for (const { members: pair, errorCorrelation } of (await voting.diversity(test)).pairs)
  console.log(`errors of ${pair.join(' and ')} correlate by ${errorCorrelation.toFixed(2)}`);

// train has times and labelEnds: no member predicts a row whose label it could have seen.
const stacking = new StackingModel({ members: members.slice(0, 3), folds: 4, embargo: 0.01 });
await stacking.fit(train);
for (const { name, loss } of stacking.memberScores)
  console.log(`${name.padEnd(14)} log-loss ${loss.toFixed(4)} out of fold`);

for (const [name, model] of Object.entries({ voting, stacking })) {
  const { probabilities } = await model.predict(test.X);
  console.log(`${name.padEnd(14)} log-loss ${logLoss(test.y, probabilities!).toFixed(4)} on the test rows`);
}
await stacking.save('experiments/stacked-spy');
await stacking.exportOnnx('experiments/stacked-spy.onnx');
