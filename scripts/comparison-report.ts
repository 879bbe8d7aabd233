// A report that compares models on the bundled bars of the S&P 500 E-mini future, into a directory:
// `node --import tsx scripts/comparison-report.ts <directory> [model ...]` after a build; without names, every model for classification.
import { fileURLToPath } from 'node:url';
import { ModelTrainer, PreprocessingPipeline, TimeSeriesDataContainer } from 'holdfast';
import { barDataset, readCsv } from 'holdfast/data';
import { renderReport } from 'holdfast/report';

const [directory, ...names] = process.argv.slice(2);
if (directory === undefined) {
  console.error('usage: node --import tsx scripts/comparison-report.ts <directory> [model ...]');
  process.exit(2);
}
const bars = await readCsv(fileURLToPath(new URL('../examples/data/es-fut-1min-sample.csv.gz', import.meta.url)));
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
const container = new PreprocessingPipeline({ imputation: 'median', scaling: 'standard' }).fitTransform(raw);
const result = await new ModelTrainer().trainAll(container, {
  models: names.length === 0 ? 'all' : names,
  seqLen: 32,
  finalTest: true,
  save: false,
  onProgress: ({ phase, message }) => phase === 'compare' && message && console.error(message),
});
console.log(result.table);
console.log((await renderReport(result, { directory })).html);
