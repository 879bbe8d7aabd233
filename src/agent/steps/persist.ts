/** The run as a row of the repository, ended. */
import { pathToFileURL } from 'node:url';
import type { TrainedModel } from '../../data/contracts.js';
import { containerOf, resultOf } from '../parts.js';
import { type AgentRun, type StepOutcome, skipped } from '../run.js';
import { mlflowRun } from '../run-row.js';

export async function persist(run: AgentRun): Promise<StepOutcome> {
  run.trainedModel = trainedModelOf(run);
  const { repository } = run.settings;
  if (!repository) return skipped('there is no run repository');
  const { trainedModel: made, version, metrics } = run;
  if ((await run.row) === 'completed') return { text: 'an earlier process of this run has completed it' };
  if (version) await repository.saveModelVersion(version);
  await repository.complete(run.runId, {
    ...(version && { modelVersionId: version.modelVersionId }),
    ...mlflowRun(run.tracked),
    hyperparameters: { ...made.hyperparameters },
    ...(made.hyperparameterSpace && { hyperparameterSpace: made.hyperparameterSpace }),
    tuningTrials: made.tuningTrials ?? 0,
    trainMetrics: { ...metrics?.splits.train?.metrics },
    validationMetrics: { ...metrics?.splits.validation?.metrics },
    testMetrics: { ...metrics?.splits.test?.metrics },
    trainSamples: made.trainSamples,
    validationSamples: made.validationSamples,
    testSamples: made.testSamples,
    modelArtifactUri: made.modelArtifactUri,
    preprocessingArtifactUri: made.preprocessingArtifactUri,
    trainingDurationSeconds: made.trainingDurationSeconds,
  });
  return { text: `completed in ${repository.description}` };
}

/** The document of what was trained. */
export function trainedModelOf(run: AgentRun): TrainedModel {
  const { model, metrics: training, artifacts, report } = resultOf(run);
  const { train, validation, test } = containerOf(run);
  const splits = report.metrics.splits;
  const { symbol, horizon, featureNames } = report.data;
  const uri = (path: string | undefined) => (path === undefined ? undefined : pathToFileURL(path).href);
  const found: TrainedModel = {
    runId: run.runId,
    name: run.candidate.name,
    family: report.model.family,
    task: model.task,
    directory: artifacts?.model ?? '.',
    classes: [...model.classes],
    featureNames: [...featureNames],
    seed: run.seed,
    ...(symbol !== undefined && symbol !== '' && { symbol }),
    ...(horizon !== undefined && horizon > 0 && { horizon }),
    metrics: { ...training, history: [...training.history], warnings: [...training.warnings] },
    trainMetrics: { ...splits.train?.metrics },
    validationMetrics: { ...splits.validation?.metrics },
    testMetrics: { ...splits.test?.metrics },
    experimentId: run.state.experimentId,
    algorithmName: run.candidate.name,
    framework: 'holdfast',
    hyperparameters: plain(report.model.config),
    tuningTrials: run.tuning?.trials ?? 0,
    trainSamples: train.y.length,
    validationSamples: validation.y.length,
    testSamples: test.y.length,
    trainingDurationSeconds: Math.round((performance.now() - run.since) / 10) / 100,
    completedAt: new Date().toISOString(),
  };
  return Object.assign(found, {
    ...(run.version && { modelVersionId: run.version.modelVersionId }),
    ...(run.tuning && { hyperparameterSpace: plain(run.tuning.space) }),
    ...(artifacts && { modelArtifactUri: run.version?.artifactUri ?? uri(artifacts.model) }),
    ...(artifacts?.preprocessing && {
      preprocessingArtifactUri: run.version?.preprocessingUri ?? uri(artifacts.preprocessing),
    }),
  });
}

const plain = (value: object): Record<string, unknown> => JSON.parse(JSON.stringify(value));
