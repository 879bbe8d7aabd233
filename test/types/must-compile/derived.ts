/** What is made of a split in the right role. */
import {
  PreprocessingPipeline,
  type Split,
  type Table,
  TimeSeriesDataContainer,
  type Windows,
} from '../../../src/index.js';

declare const container: TimeSeriesDataContainer;
declare const table: Table;
declare const pipeline: PreprocessingPipeline;
declare function fitOn(train: Split<'train', Windows>): void;
const { train, validation, test, holdout } = container;
const raw = TimeSeriesDataContainer.fromTable(table, { label: 'y' });

new PreprocessingPipeline().fit(pipeline.transform(train));
new PreprocessingPipeline().fit(pipeline.transform(raw.train));
new PreprocessingPipeline().fit(pipeline.fitTransform(raw).train);
fitOn(container.toSequences(3).train);
new TimeSeriesDataContainer({ train, validation, test, holdout });
