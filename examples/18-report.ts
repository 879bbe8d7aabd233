/**
 * A report of a run: train, explain, render. One HTML file that works offline, the same as JSON, a model card in Markdown, and one plot as a picture.
 */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ModelTrainer, PreprocessingPipeline, TimeSeriesDataContainer } from 'holdfast';
import { barDataset, readCsv } from 'holdfast/data';
import { renderPlot, renderReport } from 'holdfast/report';
import { tuneModel } from 'holdfast/tuning';
import { crossValidate, PurgedKFold } from 'holdfast/validation';

const bars = await readCsv(fileURLToPath(new URL('./data/es-fut-1min-sample.csv.gz', import.meta.url)));
const dataset = barDataset(bars, { label: 'triple-barrier', horizon: 20, group: 'contract', sessionGap: 30 * 60_000 });
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
const container = new PreprocessingPipeline({ scaling: 'standard' }).fitTransform(raw);

const { train } = container;
const tuning = await tuneModel('logistic', container, { trials: 8, metric: 'logLoss', seed: 1 });
const crossValidation = await crossValidate({ model: 'logistic' }, train, {
  splitter: new PurgedKFold({ folds: 5, embargo: 0.01 }),
  metrics: ['logLoss'],
});
const result = await new ModelTrainer().trainModel('logistic', container, { config: tuning.bestConfig, save: false });

const directory = await mkdtemp(join(tmpdir(), 'holdfast-report-'));
const { html, json, modelCard } = await renderReport(result, {
  ...{ directory, tuning, crossValidation },
  crossValidationTimes: train.times,
  lineage: { data: 'examples/data/es-fut-1min-sample.csv.gz' },
});
await writeFile(join(directory, 'roc.svg'), await renderPlot(result, 'roc', { theme: 'dark' }));

console.log(result.report.verdict.text);
console.log([html, json, modelCard].join('\n'));
