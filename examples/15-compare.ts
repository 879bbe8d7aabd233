/** Which model is best on hourly bars, and is it more than chance? Models of rows and of windows on the same validation rows. */
import { ModelTrainer, PreprocessingPipeline, TimeSeriesDataContainer } from 'holdfast';
import { barDataset, readCsv } from 'holdfast/data';

const bars = await readCsv(new URL('./data/es-fut-1min-sample.csv.gz', import.meta.url));
const { table, features, time } = barDataset(bars, {
  label: 'direction',
  horizon: 10,
  group: 'contract',
  sessionGap: 30 * 60_000,
});
const raw = TimeSeriesDataContainer.fromTable(table, {
  ...{ label: 'label', labelEnd: 'label_end', weight: 'weight', time, features },
  ...{ symbol: 'ES', horizon: 10 },
});
const container = new PreprocessingPipeline({ imputation: 'median', scaling: 'standard' }).fitTransform(raw);

const comparison = await new ModelTrainer().trainAll(container, {
  models: [
    { name: 'lightgbm', config: { numIterations: 60 } },
    { name: 'lightgbm', variant: 'conservative', config: { numIterations: 60 } },
    { name: 'random_forest', config: { nTrees: 60, maxDepth: 8 } },
    { name: 'logistic', config: { C: 0.01 } },
    { name: 'minirocket', seqLen: 20, config: { numFeatures: 84 } },
  ],
  metric: 'logLoss',
  finalTest: true,
  seed: 1,
  onProgress: ({ phase, step, total, message }) => {
    if (phase === 'compare' && message) console.log(`${step} of ${total} done: ${message}`);
  },
});
console.log(`\n${comparison.table}`);
console.log(`\nsaved to ${comparison.artifacts?.directory}`);
