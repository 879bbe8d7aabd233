/**
 * A tuned model logged run by run: to an MLflow server where MLFLOW_TRACKING_URI names one, else into a journal that is sent when there is one
 * (`pip install mlflow && mlflow server` starts one on port 5000).
 */
import { ModelTrainer, PreprocessingPipeline, TimeSeriesDataContainer, TrackingError } from 'holdfast';
import { barDataset, readCsv } from 'holdfast/data';
import { MLflowTracker, trackTrials } from 'holdfast/tracking';
import { tuneModel } from 'holdfast/tuning';

const bars = (await readCsv(new URL('./data/spy-hourly.csv.gz', import.meta.url))).slice(0, 2000);
const { table, features, time } = barDataset(bars, { label: 'direction', horizon: 5 });
const raw = TimeSeriesDataContainer.fromTable(table, {
  ...{ label: 'label', labelEnd: 'label_end', weight: 'weight', time, features },
  ...{ symbol: 'SPY', horizon: 5 },
});
const container = new PreprocessingPipeline({ imputation: 'median' }).fitTransform(raw);

const tracker = new MLflowTracker({
  trackingUri: process.env.MLFLOW_TRACKING_URI ?? 'http://127.0.0.1:5000',
  experiment: 'holdfast example',
  journal: 'experiments/mlflow-journal',
});

// One run for the tuning, with a run for each trial below it.
const tuning = await tracker.startRun({ runId: 'tuning', model: 'lightgbm', params: { trials: 6 }, tags: {} });
const { bestConfig, bestValue } = await tuneModel('lightgbm', container, {
  config: { numIterations: 20, numLeaves: 7 },
  space: { learningRate: [0.05, 0.3], lambdaL2: [0, 10] },
  trials: 6,
  seed: 1,
  callbacks: [trackTrials(tracker, { parentRunId: 'tuning', model: 'lightgbm' })],
});
await tuning.logMetrics({ best: bestValue });
await tuning.finish('completed');

// The trainer logs parameters, scores, the training curve, data sets, the model and the artifacts.
const trainer = new ModelTrainer({ tracker });
const { runId, report } = await trainer.trainModel('lightgbm', container, { config: bestConfig });
console.log(`${runId}: ${report.verdict.text}`);

try {
  const { sent } = await tracker.replay();
  console.log(`logged to ${tracker.trackingUri}${sent > 0 ? `, ${sent} runs of them from the journal` : ''}`);
} catch (error) {
  if (!(error instanceof TrackingError)) throw error;
  console.log(`no server at ${tracker.trackingUri}: the runs wait in experiments/mlflow-journal`);
}
