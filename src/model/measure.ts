/** What `fit` says of its training: whether the outputs are sane, and the losses and accuracies that the model did not report itself. */
import { rowCount, takeRows } from './input.js';
import { checkOutput, lossAndAccuracyInTurns, type RawOutput } from './output.js';
import type { FitData, FitResult, ModelInputMatrix, TrainingMetrics } from './types.js';

/** Rows predicted to see that the outputs are sane. */
const SANITY_ROWS = 256;

export interface Trained<X extends ModelInputMatrix> {
  /** The model's outputs for X, unchecked. */
  readonly predict: (X: X) => Promise<RawOutput>;
  /** As messages start. */
  readonly label: string;
  /** When `fit` began, by `performance.now()`. */
  readonly started: number;
}

type Scored<X> = Pick<FitData<X>, 'X' | 'y' | 'weights'>;

/** @throws TrainingFailedError - outputs that are impossible */
export async function measureTraining<X extends ModelInputMatrix>(
  data: FitData<X>,
  result: FitResult,
  { predict, label, started }: Trained<X>,
): Promise<TrainingMetrics> {
  const classes = data.classes.length;
  const n = rowCount(data.X);
  const count = Math.min(n, SANITY_ROWS);
  const sample = Uint32Array.from({ length: count }, (_, i) => Math.floor((i * n) / count));
  checkOutput(await predict(takeRows(data.X, sample)), count, classes, label);

  const score = async (rows: Scored<X>, loss?: number, accuracy?: number) => {
    if (loss !== undefined && accuracy !== undefined) return { loss, accuracy };
    const computed = await lossAndAccuracyInTurns(await predict(rows.X), rows.y, rows.weights, classes);
    return { loss: loss ?? computed.loss, accuracy: accuracy ?? computed.accuracy };
  };
  const train = await score(data, result.trainLoss, result.trainAccuracy);
  const validation = data.validation
    ? await score(data.validation, result.valLoss, result.valAccuracy)
    : { loss: Number.NaN, accuracy: Number.NaN };
  const totalEpochs = result.totalEpochs ?? result.history?.length ?? 1;
  return {
    trainLoss: train.loss,
    valLoss: validation.loss,
    trainAccuracy: train.accuracy,
    valAccuracy: validation.accuracy,
    bestEpoch: result.bestEpoch ?? totalEpochs,
    totalEpochs,
    earlyStopped: result.earlyStopped ?? false,
    trainingTime: (performance.now() - started) / 1000,
    history: result.history ?? [{ epoch: 1, trainLoss: train.loss, valLoss: validation.loss }],
    ...(result.evaluations ? { evaluations: result.evaluations } : {}),
    warnings: result.warnings ?? [],
  };
}
