/** From a CSV of hourly bars to a trained, evaluated and saved run: features, labels, purged splits, preprocessing, two models. */
import { ModelTrainer, PreprocessingPipeline, TimeSeriesDataContainer } from 'holdfast';
import { engineerFeatures, qualityReport, readCsv, tripleBarrierLabels, uniquenessWeights } from 'holdfast/data';

const horizon = 8;
const bars = await readCsv(new URL('./data/spy-hourly.csv.gz', import.meta.url));
const times = bars.numeric('timestamp');

// Features look back only; labels look ahead, and say when they are known.
const features = engineerFeatures(
  bars,
  {
    expressions: { bar_return: 'log(close / open)', bar_range: '(high - low) / close', log_volume: 'log1p(volume)' },
    lags: [{ column: 'bar_return', periods: [1, 2, 3] }],
    differences: [{ column: 'close', periods: [1, 7, 35], relative: true }],
    rolling: [
      { column: 'bar_return', window: [7, 35], statistics: ['mean', 'std'] },
      { column: 'log_volume', window: 35, statistics: 'zscore' },
    ],
  },
  { time: 'timestamp' },
);
const { labels, labelEnds } = tripleBarrierLabels({
  close: bars.numeric('close'),
  high: bars.numeric('high'),
  low: bars.numeric('low'),
  times,
  horizon,
  upper: 2.5,
  lower: 2.5,
});
const table = features
  .drop(['open', 'high', 'low', 'close', 'volume', 'log_volume'])
  .with('label', labels)
  .with('label_end', { kind: 'time', values: labelEnds })
  .with('weight', uniquenessWeights(times, labelEnds));

const quality = await qualityReport(table, { label: 'label', time: 'timestamp' });
console.log(`data quality: ${quality.status}, ${quality.findings.length} findings`);

// 60/20/15/5 in time; rows whose label reaches into a later split are purged, and an embargo follows each boundary.
const raw = TimeSeriesDataContainer.fromTable(table, {
  label: 'label',
  labelEnd: 'label_end',
  weight: 'weight',
  time: 'timestamp',
  symbol: 'SPY',
  horizon,
  embargo: 0.005,
});
const pipeline = new PreprocessingPipeline({
  imputation: 'median',
  scaling: 'standard',
  timeFeatures: ['hour', 'dayOfWeek'],
});
const container = pipeline.fitTransform(raw);

const trainer = new ModelTrainer();
for (const name of ['lightgbm', 'logistic'] as const) {
  const { report, artifacts } = await trainer.trainModel(name, container, {
    variant: 'conservative',
    preprocessing: pipeline,
  });
  console.log(`${name}: ${report.verdict.text}`);
  console.log(`  saved under ${artifacts?.directory}`);
}
