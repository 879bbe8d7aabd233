/** The six sequence models on the same hourly bars through ModelTrainer, each beside its baselines and MiniRocket. */
import { ModelTrainer, PreprocessingPipeline, TimeSeriesDataContainer } from 'holdfast';
import { barDataset, readCsv } from 'holdfast/data';

const bars = (await readCsv(new URL('./data/spy-hourly.csv.gz', import.meta.url))).slice(0, 2500);
const dataset = barDataset(bars, { label: 'direction', horizon: 7 });
const raw = TimeSeriesDataContainer.fromTable(dataset.table, {
  label: 'label',
  labelEnd: 'label_end',
  time: dataset.time,
  features: ['bar_return', 'bar_range', 'bar_position', 'log_volume'],
  horizon: 7,
});
const container = new PreprocessingPipeline({ imputation: 'median', scaling: 'standard' }).fitTransform(raw);

// Small networks and few epochs: the example is about the way, not the score.
const training = { epochs: 4, batchSize: 64, learningRate: 0.003 };
const networks = {
  lstm: { hiddenSize: 16, numLayers: 1 },
  gru: { hiddenSize: 16, numLayers: 1, bidirectional: true, pooling: 'attention' },
  tcn: { hiddenSize: 16, numLayers: 3 },
  transformer: { hiddenSize: 16, numHeads: 2, numLayers: 1, feedForwardSize: 32 },
  cnn1d: { filters: [16, 16] },
  hybrid: { encoder: 'gru', hiddenSize: 16, numLayers: 1 },
};

const trainer = new ModelTrainer({ runsDirectory: 'experiments/runs' });
for (const [name, config] of Object.entries(networks)) {
  const { report } = await trainer.trainModel(name, container, { seqLen: 24, config: { ...training, ...config } });
  console.log(`${name.padEnd(12)} ${report.training.totalEpochs} epochs: ${report.verdict.text}`);
}
