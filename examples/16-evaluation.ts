/** How good is a model of hourly bars, how sure is that, and may it be deployed? */
import { checkThresholds, evaluateModel, PreprocessingPipeline, TimeSeriesDataContainer } from 'holdfast';
import { LightGBMModel } from 'holdfast/boosting';
import { barDataset, readCsv } from 'holdfast/data';

const bars = await readCsv(new URL('./data/spy-hourly.csv.gz', import.meta.url));
const { table, features, time } = barDataset(bars, { label: 'direction', horizon: 8 });
const up = table.numeric('label').map((direction) => (direction > 0 ? 1 : 0));
const raw = TimeSeriesDataContainer.fromTable(table.with('label', up), {
  ...{ label: 'label', labelEnd: 'label_end', time, features, symbol: 'SPY', horizon: 8 },
});
const container = new PreprocessingPipeline({ imputation: 'median' }).fitTransform(raw);

const model = new LightGBMModel({ numIterations: 60, numLeaves: 7, learningRate: 0.05 });
await model.fit({ ...container.train, validation: container.validation }, { seed: 1 });
const { metrics } = await evaluateModel(model, container);

const round = (value: number | null | undefined) => (value === null || value === undefined ? '-' : value.toFixed(3));
const test = metrics.splits.test;
console.log(
  `${test?.rows} test rows, drawn in blocks of ${metrics.bootstrap?.blockLength} ${metrics.bootstrap?.blockUnit}`,
);
for (const name of ['rocAuc', 'logLoss', 'brierScore', 'accuracy', 'f1'] as const) {
  const interval = test?.intervals[name];
  console.log(
    `  ${name.padEnd(12)} ${round(test?.metrics[name])} (${round(interval?.lower)} to ${round(interval?.upper)})`,
  );
}
console.log(
  `threshold ${round(metrics.threshold?.value)} from validation: F1 of test ${round(test?.atThreshold?.metrics.f1)}`,
);
for (const { name, decidedBy, differences, beaten } of metrics.baselines) {
  const { difference, interval } = differences[decidedBy] ?? {};
  const range = `${round(interval?.lower)} to ${round(interval?.upper)}`;
  console.log(
    `${decidedBy} minus that of ${name}: ${round(difference)} (${range}), ${beaten ? 'beaten' : 'not beaten'}`,
  );
}
for (const { name, rows, metrics: own, small } of metrics.periods?.parts ?? [])
  console.log(`  ${name}: ${rows} rows, area ${round(own.rocAuc)}${small ? ' (small)' : ''}`);

const verdict = checkThresholds(metrics, {
  metrics: { rocAuc: { min: 0.55, lowerBound: 0.5 } },
  baselines: {},
  trainGap: { rocAuc: 0.2 },
});
console.log(`gate: ${verdict.passed ? 'passed' : 'refused'}`);
for (const { passed, text } of verdict.checks) console.log(`  ${passed ? 'yes' : 'NO '} ${text}`);
for (const warning of metrics.warnings) console.log(`note: ${warning}`);
