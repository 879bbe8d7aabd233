/** Hyperparameters of training that all neural models share: names, defaults, ranges, and the names PyTorch and Keras users know. */
import type { ZodModule } from '../../core/schema.js';
import type { Task } from '../../model/types.js';

/** How weights follow from gradients. */
export type OptimizerName = 'adam' | 'adamw' | 'sgd';
/** How the learning rate changes over a training. */
export type ScheduleName = 'constant' | 'cosine' | 'one-cycle' | 'plateau';
/** What training lessens. */
export type LossName = 'cross-entropy' | 'mse' | 'huber';
/** Weights of classes: inverse to how often they occur, or given by label. */
export type ClassWeight = 'balanced' | Readonly<Record<string, number>>;

/** Training parameters that all neural models share. */
export interface TrainingParameters {
  /** Default `'classification'`. */
  task?: Task;
  /** Rows a window, for input given as rows; windows of any length are taken as they are. Default 30 (tcn, transformer: 60). */
  sequenceLength?: number;
  /** Windows an update; at most the training windows there are. Default 256. */
  batchSize?: number;
  /** Most passes over the training windows. Default 200. */
  epochs?: number;
  /** Epochs without a better validation loss before training stops; null trains all epochs. Default 20. */
  patience?: number | null;
  /** How much smaller a validation loss has to be to count as better. Default 0. */
  minDelta?: number;
  /** Keep the weights of the best epoch, not of the last. Default true. */
  restoreBestWeights?: boolean;
  /** Default 0.001. */
  learningRate?: number;
  /** Default `'adam'`. */
  optimizer?: OptimizerName;
  /** Decay of Adam's mean of gradients. Default 0.9. */
  beta1?: number;
  /** Decay of Adam's mean of squared gradients. Default 0.999. */
  beta2?: number;
  /** Keeps Adam's steps finite. Default 1e-8. */
  epsilon?: number;
  /** SGD only. Default 0.9. */
  momentum?: number;
  /** L2 penalty's gradient (adam, sgd) or decoupled decay (adamw). Default 0; adamw 0.01. */
  weightDecay?: number;
  /** Largest norm of all gradients together; null does not clip. Default 1. */
  gradientClip?: number | null;
  /** Default `'cross-entropy'` for classification, `'mse'` for regression. */
  loss?: LossName;
  /** Where Huber's loss turns from squared to linear, in standard deviations of the target. Default 1. */
  huberDelta?: number;
  /** Share of each target that goes to all classes alike. Default 0. */
  labelSmoothing?: number;
  /** Multiplies sample weights by class; classification only. Default: all classes 1. */
  classWeight?: ClassWeight | null;
  /** Default `'constant'`. */
  schedule?: ScheduleName;
  /** Epochs over which the rate rises linearly from nothing; not with one-cycle, which has its own rise. Default 0. */
  warmupEpochs?: number;
  /** Where cosine ends, and what plateau does not go below. Default 0. */
  minLearningRate?: number;
  /** What plateau multiplies the rate by. Default 0.5. */
  plateauFactor?: number;
  /** Epochs without a better validation loss before plateau lowers the rate. Default 5. */
  plateauPatience?: number;
  /** Another order of the windows each epoch. Default true. */
  shuffle?: boolean;
  /** Scale channels (and a regression's target) to mean 0 and deviation 1 by training rows; part of the saved graph. Default true. */
  standardize?: boolean;
  /** Default `'auto'`: the fastest that is there. */
  device?: 'auto' | 'cpu' | 'webgpu' | 'cuda';
  /** The package that runs the graphs. Default: onnxruntime-node if installed, else onnxruntime-web. */
  engine?: 'onnxruntime-node' | 'onnxruntime-web';
  /** Epochs from one checkpoint to the next, with `checkpointDirectory`. Default 1. */
  checkpointInterval?: number;
  /** Default 42. */
  seed?: number;
}

/** After parsing: our names only, defaults filled in. */
export interface TrainingSettings {
  readonly task: Task;
  readonly sequenceLength: number;
  readonly batchSize: number;
  readonly epochs: number;
  readonly patience: number | null;
  readonly minDelta: number;
  readonly restoreBestWeights: boolean;
  readonly learningRate: number;
  readonly optimizer: OptimizerName;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly gradientClip: number | null;
  readonly loss: LossName;
  readonly huberDelta: number;
  readonly labelSmoothing: number;
  readonly classWeight?: ClassWeight;
  readonly schedule: ScheduleName;
  readonly warmupEpochs: number;
  readonly minLearningRate: number;
  readonly plateauFactor: number;
  readonly plateauPatience: number;
  readonly shuffle: boolean;
  readonly standardize: boolean;
  readonly device: 'auto' | 'cpu' | 'webgpu' | 'cuda';
  readonly engine?: 'onnxruntime-node' | 'onnxruntime-web';
  readonly checkpointInterval: number;
  readonly seed?: number;
}

/** Other names of the shared parameters; snake_case of every name is taken too. */
export interface TrainingAliases {
  lr?: number;
  maxEpochs?: number;
  numEpochs?: number;
  nEpochs?: number;
  seqLen?: number;
  seqLength?: number;
  windowSize?: number;
  lookback?: number;
  earlyStoppingPatience?: number | null;
  l2?: number;
  maxGradNorm?: number | null;
  gradClip?: number | null;
  clipnorm?: number | null;
  gradientClipNorm?: number | null;
  classWeights?: ClassWeight | null;
  scheduler?: ScheduleName;
  lrScheduler?: ScheduleName;
  randomState?: number;
}

export const TRAINING_ALIASES: Readonly<Record<keyof TrainingAliases, keyof TrainingParameters>> = {
  lr: 'learningRate',
  maxEpochs: 'epochs',
  numEpochs: 'epochs',
  nEpochs: 'epochs',
  seqLen: 'sequenceLength',
  seqLength: 'sequenceLength',
  windowSize: 'sequenceLength',
  lookback: 'sequenceLength',
  earlyStoppingPatience: 'patience',
  l2: 'weightDecay',
  maxGradNorm: 'gradientClip',
  gradClip: 'gradientClip',
  clipnorm: 'gradientClip',
  gradientClipNorm: 'gradientClip',
  classWeights: 'classWeight',
  scheduler: 'schedule',
  lrScheduler: 'schedule',
  randomState: 'seed',
};

export const TRAINING_DEFAULTS = Object.freeze({
  task: 'classification',
  sequenceLength: 30,
  batchSize: 256,
  epochs: 200,
  patience: 20,
  minDelta: 0,
  restoreBestWeights: true,
  learningRate: 1e-3,
  optimizer: 'adam',
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  momentum: 0.9,
  gradientClip: 1,
  huberDelta: 1,
  labelSmoothing: 0,
  schedule: 'constant',
  warmupEpochs: 0,
  minLearningRate: 0,
  plateauFactor: 0.5,
  plateauPatience: 5,
  shuffle: true,
  standardize: true,
  device: 'auto',
  checkpointInterval: 1,
});

/** Ranges of the shared parameters, by name. */
export function trainingShape(z: ZodModule) {
  const positive = () => z.number().gt(0).max(1e6);
  const count = (least: number, most: number) => z.int().min(least).max(most);
  return {
    task: z.enum(['classification', 'regression']),
    sequenceLength: count(1, 100_000),
    batchSize: count(1, 1_000_000),
    epochs: count(1, 1_000_000),
    patience: count(1, 1_000_000).nullable(),
    minDelta: z.number().min(0).max(1e6),
    restoreBestWeights: z.boolean(),
    learningRate: positive(),
    optimizer: z.enum(['adam', 'adamw', 'sgd']),
    beta1: z.number().min(0).lt(1),
    beta2: z.number().min(0).lt(1),
    epsilon: positive(),
    momentum: z.number().min(0).lt(1),
    weightDecay: z.number().min(0).max(1e3),
    gradientClip: positive().nullable(),
    loss: z.enum(['cross-entropy', 'mse', 'huber']),
    huberDelta: positive(),
    labelSmoothing: z.number().min(0).lt(1),
    classWeight: z.union([z.literal('balanced'), z.record(z.string(), z.number().min(0).max(1e9))]).nullable(),
    schedule: z.enum(['constant', 'cosine', 'one-cycle', 'plateau']),
    warmupEpochs: count(0, 1_000_000),
    minLearningRate: z.number().min(0).max(1e6),
    plateauFactor: z.number().gt(0).lt(1),
    plateauPatience: count(1, 1_000_000),
    shuffle: z.boolean(),
    standardize: z.boolean(),
    device: z.enum(['auto', 'cpu', 'webgpu', 'cuda']),
    engine: z.enum(['onnxruntime-node', 'onnxruntime-web']),
    checkpointInterval: count(1, 1_000_000),
    seed: z.int().min(0),
  };
}

/** What is wrong with settings that are each in range; the key it is about, and why. */
export function trainingConflicts(settings: TrainingSettings): [key: string, problem: string][] {
  const found: [string, string][] = [];
  const regression = settings.task === 'regression';
  if (regression && settings.loss === 'cross-entropy')
    found.push(['loss', "is for classification: use 'mse' or 'huber'"]);
  if (!regression && settings.loss !== 'cross-entropy') found.push(['loss', "is for task: 'regression'"]);
  if (regression && settings.classWeight !== undefined) {
    found.push(['classWeight', 'is for classification: a regression has no classes']);
  }
  if (regression && settings.labelSmoothing > 0) {
    found.push(['labelSmoothing', 'is for classification: a regression has no classes']);
  }
  if (settings.minLearningRate >= settings.learningRate) {
    found.push(['minLearningRate', `has to be below learningRate (${settings.learningRate})`]);
  }
  return found;
}
