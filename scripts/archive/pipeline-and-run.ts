/** A preprocessing pipeline by itself, a stored split, and the directory of a run with its model, pipeline, report and ledger. */
import { ModelTrainer, PreprocessingPipeline, Table, TimeSeriesDataContainer } from 'holdfast';
import { SplitRegistry } from 'holdfast/agent';
import type { ArchiveDataset } from './dataset.js';

export async function archivePipelineAndRun(
  pipelineDirectory: string,
  runsDirectory: string,
  splitsDirectory: string,
  { columns }: ArchiveDataset,
): Promise<Record<string, unknown>> {
  const table = Table.fromColumns(columns as Parameters<typeof Table.fromColumns>[0]);
  const settings = { label: 'label', time: 'time', features: ['a', 'b', 'c', 'kind'], symbol: 'ARC', horizon: 2 };
  const raw = TimeSeriesDataContainer.fromTable(table, settings);
  const split = await new SplitRegistry(splitsDirectory).save(raw);

  const pipeline = new PreprocessingPipeline({
    imputation: 'median',
    scaling: 'robust',
    lags: [{ column: ['b'], periods: [1, 2] }],
  });
  const container = pipeline.fitTransform(raw);
  await pipeline.save(pipelineDirectory);
  const transformed = pipeline.transform(table.slice(0, 24));

  const trainer = new ModelTrainer({ runsDirectory });
  const { model } = await trainer.trainModel('logistic', container, { preprocessing: pipeline, runId: 'archived' });
  const { predictions, probabilities } = await model.predict(transformed);
  return {
    settings,
    split,
    pipeline: {
      rows: 24,
      names: pipeline.featureNamesOut,
      values: Array.from(transformed.data, (value) => (Number.isNaN(value) ? null : value)),
    },
    run: {
      predictions: Array.from(predictions),
      probabilities: probabilities && Array.from(probabilities.data),
      uses: container.ledger.report().uses.length,
    },
  };
}
