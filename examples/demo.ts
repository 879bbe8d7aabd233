/**
 * The main job on bundled real bars: S&P 500 E-mini futures, one-minute bars. Features, labels, weights, purged splits, preprocessing,
 * two models and baselines, one look at the test set, everything saved, a page to read. Expect an honest verdict: one-minute direction is hard.
 */
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ModelTrainer, PreprocessingPipeline, TimeSeriesDataContainer } from 'holdfast';
import { barDataset, qualityReport, readCsv } from 'holdfast/data';
import { renderReport } from 'holdfast/report';

const started = performance.now();
const step = (text: string) =>
  console.log(`[${((performance.now() - started) / 1000).toFixed(1).padStart(4)} s] ${text}`);

const bars = await readCsv(fileURLToPath(new URL('./data/es-fut-1min-sample.csv.gz', import.meta.url)));
step(`read ${bars.rowCount} one-minute bars of the ES future`);

// Nothing reaches over a contract roll or a pause of more than half an hour.
const dataset = barDataset(bars, { label: 'triple-barrier', horizon: 20, group: 'contract', sessionGap: 30 * 60_000 });
step(
  `${dataset.features.length} causal features; triple-barrier labels 20 bars ahead for ${dataset.table.rowCount} bars (${dataset.unlabelled} not known)`,
);

const quality = await qualityReport(dataset.table, { label: 'label', time: dataset.time, features: dataset.features });
step(
  `data quality ${quality.status} (score ${quality.score.toFixed(2)}): ${[...new Set(quality.findings.map((finding) => finding.code))].join(', ') || 'no findings'}`,
);

const raw = TimeSeriesDataContainer.fromTable(dataset.table, {
  label: 'label',
  labelEnd: 'label_end',
  weight: 'weight',
  time: dataset.time,
  features: dataset.features,
  symbol: 'ES',
  horizon: 20,
  embargo: 20 * 60_000,
});
const pipeline = new PreprocessingPipeline({ imputation: 'median', scaling: 'standard' });
const container = pipeline.fitTransform(raw);
step(
  `split in time: train ${container.train.y.length}, validation ${container.validation.y.length}, test ${container.test.y.length}, holdout ${container.holdout.rows} (locked)`,
);

const trainer = new ModelTrainer();
const pages: string[] = [];
for (const name of ['lightgbm', 'logistic'] as const) {
  const result = await trainer.trainModel(name, container, { preprocessing: pipeline });
  const { report, artifacts, testMetrics } = result;
  const { logLoss, accuracy, rocAuc } = testMetrics?.metrics ?? {};
  step(`${name}: test log-loss ${logLoss?.toFixed(4)}, AUC ${rocAuc?.toFixed(4)}, accuracy ${accuracy?.toFixed(4)}`);
  for (const baseline of report.baselines) {
    const scores = baseline.evaluations.test?.metrics;
    console.log(
      `         ${baseline.name}: log-loss ${scores?.logLoss?.toFixed(4) ?? 'n/a'}, accuracy ${scores?.accuracy?.toFixed(4) ?? 'n/a'}`,
    );
  }
  console.log(`         ${report.verdict.text}`);
  if (!artifacts) continue;
  console.log(`         ${relative(process.cwd(), artifacts.directory)}`);
  pages.push((await renderReport(result, { directory: artifacts.directory })).html);
}
step('done; open the reports in a browser:');
for (const page of pages) console.log(`         ${relative(process.cwd(), page)}`);
