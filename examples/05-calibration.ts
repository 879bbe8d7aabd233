/** Honest probabilities of hourly bars: a boosted model that is too certain, calibrated on rows that nothing else used, bin by bin. */
import {
  CalibratedModel,
  calibrationCurve,
  expectedCalibrationError,
  logLoss,
  PreprocessingPipeline,
  splitForCalibration,
  TimeSeriesDataContainer,
} from 'holdfast';
import { LightGBMModel } from 'holdfast/boosting';
import { barDataset, readCsv } from 'holdfast/data';

const bars = (await readCsv(new URL('./data/spy-hourly.csv.gz', import.meta.url))).slice(0, 10_000);
const dataset = barDataset(bars, { label: 'direction', horizon: 7 });
const raw = TimeSeriesDataContainer.fromTable(dataset.table, {
  label: 'label',
  labelEnd: 'label_end',
  weight: 'weight',
  time: dataset.time,
  features: dataset.features,
  symbol: 'SPY',
  horizon: 7,
});
const container = new PreprocessingPipeline({ imputation: 'median' }).fitTransform(raw);

// Many rounds: the model learns the training bars by heart. The validation rows are left for calibration, all but the first
// of them, which could stop training early.
const { train, test } = container;
const { selection, calibration } = splitForCalibration(container.validation, 0.9);
const model = new LightGBMModel({ numIterations: 100, numLeaves: 31 });
await model.fit({ X: train.X, y: train.y, weights: train.weights });
const used = [train, selection];
const calibrated = await CalibratedModel.calibrate(model, calibration, { used });

for (const [name, one] of Object.entries({ before: model, after: calibrated })) {
  const { probabilities, classes } = await one.predict(test.X);
  if (!probabilities) throw new Error('a classifier has probabilities');
  // Of rising prices; the label 0 is a price that stayed where it was.
  const rising = Float64Array.from(test.y, (_, i) => probabilities.row(i)[classes.indexOf(1)]);
  const rose = Array.from(test.y, (label) => (label === 1 ? 1 : 0));
  const { probPred, probTrue, counts } = calibrationCurve(rose, rising, { bins: 5, strategy: 'quantile' });
  console.log(`${name}: log-loss ${logLoss(rose, rising).toFixed(3)}`);
  console.log(`  calibration error ${expectedCalibrationError(rose, rising).toFixed(3)}`);
  console.log('  predicted  happened  rows');
  for (const [bin, predicted] of probPred.entries()) {
    const cells = [predicted.toFixed(2).padStart(11), probTrue[bin].toFixed(2).padStart(10), `${counts[bin]}`];
    console.log(`${cells[0]}${cells[1]}${cells[2].padStart(6)}`);
  }
}

// The rows it was trained on are an error, as are those of any split that is named as used.
for (const [what, rows] of Object.entries({ training: train, selection })) {
  const refused = await CalibratedModel.calibrate(model, { ...rows, role: 'validation' }, { used }).catch(
    (error: Error) => error.name,
  );
  console.log(`calibrating on ${what} rows: ${refused}`);
}
