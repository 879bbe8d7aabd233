/** From columns to features, with what the training rows teach. */
import { ConfigError } from '../../core/errors.js';
import { PreprocessingPipeline } from '../../preprocessing/pipeline.js';
import { type AgentRun, type StepOutcome, skipped } from '../run.js';

/** Fits the pipeline on train alone and transforms every split. @throws ConfigError - wrong options, or a pipeline that is fitted already */
export async function preprocess(run: AgentRun): Promise<StepOutcome> {
  const { preprocessing } = run.state;
  if (!run.raw) {
    if (preprocessing === undefined) return skipped('the data holds features already');
    throw new ConfigError('A container holds features already; `preprocessing` is for a table or raw splits', {
      hint: 'Leave it out, or pass what TimeSeriesDataContainer.fromTable made.',
    });
  }
  const pipeline =
    preprocessing instanceof PreprocessingPipeline
      ? preprocessing
      : new PreprocessingPipeline(preprocessing ?? { imputation: 'median', scaling: 'standard' });
  if (pipeline.isFitted) {
    throw new ConfigError('The pipeline is fitted already: on which rows, nobody can tell', {
      hint: 'Pass a new PreprocessingPipeline, or its options.',
    });
  }
  run.container = pipeline.fitTransform(run.raw);
  run.pipeline = pipeline;
  return { text: `${run.raw.featureNames.length} columns to ${pipeline.featureNamesOut.length} features` };
}
