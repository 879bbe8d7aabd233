/** Why does a model say what it says? Shapley values, importance by permutation and partial dependence of boosted trees on hourly bars. */
import { PreprocessingPipeline, TimeSeriesDataContainer } from 'holdfast';
import { LightGBMModel } from 'holdfast/boosting';
import { barDataset, readCsv } from 'holdfast/data';
import { meanAbsolute, partialDependence, permutationImportance, shapValues } from 'holdfast/explain';

const bars = await readCsv(new URL('./data/spy-hourly.csv.gz', import.meta.url));
const dataset = barDataset(bars, { label: 'direction', horizon: 8 });
const raw = TimeSeriesDataContainer.fromTable(dataset.table, {
  label: 'label',
  labelEnd: 'label_end',
  time: dataset.time,
  features: dataset.features,
  horizon: 8,
});
const { train, validation, featureNames } = new PreprocessingPipeline({ imputation: 'median' }).fitTransform(raw);
const model = new LightGBMModel({ numIterations: 60, numLeaves: 15 });
await model.fit({ X: train.X, y: train.y, featureNames });

const shap = await shapValues(model, validation.X);
const margins = await model.predictScores(validation.X);
const first = shap.values.subarray(0, shap.features);
const sum = first.reduce((a, b) => a + b, shap.baseValues[0]);
console.log(
  `bar 1: base ${shap.baseValues[0].toFixed(4)} + features = ${sum.toFixed(6)}; margin ${margins[0].toFixed(6)}`,
);

const means = meanAbsolute(shap);
const order = [...means.keys()].sort((a, b) => means[b] - means[a]);
console.log('\nmost moved by (mean absolute Shapley value, log-odds):');
for (const j of order.slice(0, 5)) console.log(`  ${featureNames[j].padEnd(24)} ${means[j].toFixed(4)}`);

// On rows that were not trained on: what looks important may be worth nothing there.
const importance = await permutationImportance(model, validation.X, validation.y, { metric: 'auc', repeats: 5 });
const best = [...importance.mean.keys()].sort((a, b) => importance.mean[b] - importance.mean[a]);
console.log(`\narea under the curve ${importance.score.toFixed(3)}; it falls without:`);
for (const g of best.slice(0, 5)) {
  const [mean, low, high] = [importance.mean[g], importance.low[g], importance.high[g]].map((value) =>
    value.toFixed(4),
  );
  console.log(`  ${importance.names[g].padEnd(24)} ${mean} (${low} to ${high})`);
}

const top = featureNames[order[0]];
const { grid, average } = await partialDependence(model, validation.X, top, { gridResolution: 6 });
console.log(`\nprobability of a rise by ${top}:`);
for (const [p, value] of grid[0].entries())
  console.log(`  ${value.toPrecision(3).padStart(10)}  ${average[p].toFixed(3)}`);
