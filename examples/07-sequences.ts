/** A GRU on hourly bars: windows of raw channels, ModelTrainer with baselines beside it, bar by bar in a stream, an ONNX file. */
import { ModelTrainer, PreprocessingPipeline, TimeSeriesDataContainer } from 'holdfast';
import { barDataset, readCsv } from 'holdfast/data';
import type { GRUModel } from 'holdfast/neural';

const bars = (await readCsv(new URL('./data/spy-hourly.csv.gz', import.meta.url))).slice(0, 6000);
const dataset = barDataset(bars, { label: 'direction', horizon: 7 });
const raw = TimeSeriesDataContainer.fromTable(dataset.table, {
  label: 'label',
  labelEnd: 'label_end',
  weight: 'weight',
  time: dataset.time,
  features: ['bar_return', 'bar_range', 'bar_position', 'log_volume'],
  symbol: 'SPY',
  horizon: 7,
});
const container = new PreprocessingPipeline({ imputation: 'median', scaling: 'standard' }).fitTransform(raw);

// Rows become windows of 24 bars; none crosses a split.
const { model, report } = await new ModelTrainer({ runsDirectory: 'experiments/runs' }).trainModel('gru', container, {
  seqLen: 24,
  config: { hiddenSize: 16, numLayers: 1, epochs: 6, patience: 3, schedule: 'cosine', learningRate: 0.003 },
});
console.log(report.verdict.text);
console.log(`epochs ${report.training.totalEpochs}, best ${report.training.bestEpoch}`);

// One bar at a time, the state carried along: what a live system does.
const stream = (model as unknown as GRUModel).stream();
const rows = container.test.X;
let last: number[] = [];
for (let i = 0; i < 24; i++) last = [...((await stream.push(rows.row(i))).probabilities?.row(0) ?? [])];
const windows = await model.predict(container.toSequences(24).test.X);
console.log('streamed', last, 'window', [...(windows.probabilities?.row(0) ?? [])]);

await model.exportOnnx('experiments/gru.onnx');
