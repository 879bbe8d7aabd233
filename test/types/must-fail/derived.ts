/** What is made of a split keeps its role: transformed, in a container or as windows, it is still refused where it was refused before. */
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

new PreprocessingPipeline().fit(pipeline.transform(test)); // error: TS2345
new PreprocessingPipeline().fit(pipeline.transform(raw.validation)); // error: TS2345
new PreprocessingPipeline().fit(pipeline.fitTransform(raw).test); // error: TS2345
fitOn(container.toSequences(3).test); // error: TS2345
new TimeSeriesDataContainer({ train: validation, validation, test, holdout }); // error: TS2322
new TimeSeriesDataContainer({ train, validation, test, holdout: test }); // error: TS2740
