/** A `Stepper` whose network runs in an engine: parameters and the optimiser's vectors go in and come back with every step. */
import { deriveSeed } from '../../core/random.js';
import type { Engine, EngineSession, EngineTensor } from '../engine/engine.js';
import type { DropoutMask } from '../graph/graph.js';
import { FEATURES, SEQUENCE, TARGETS, WEIGHTS } from '../graph/inputs.js';
import type { LossOptions } from '../graph/losses.js';
import { PARAMETERS } from '../graph/onnx.js';
import { adam } from '../graph/optimisers/adam.js';
import type { Optimiser } from '../graph/optimisers/optimiser.js';
import { sgd } from '../graph/optimisers/sgd.js';
import { initialParameters } from '../graph/parameters.js';
import {
  evaluationProgram,
  type Network as GraphNetwork,
  type TrainingProgram,
  trainingProgram,
} from '../graph/programs.js';
import type { Batch } from './batches.js';
import type { TrainingSettings } from './config.js';
import type { BatchLoss, Stepper, StepperState } from './stepper.js';

export interface StepperOptions {
  readonly network: GraphNetwork;
  readonly settings: TrainingSettings;
  readonly batchSize: number;
  readonly seed: number;
  /** First values of the parameters; default: drawn from the seed. */
  readonly parameters?: Float32Array;
}

export class EngineStepper implements Stepper {
  private parameters: Float32Array;
  private optimizer: Record<string, Float32Array>;
  /** Opened by the first evaluation: a training without validation rows has none. */
  private evaluation?: EngineSession;

  private constructor(
    private readonly training: EngineSession,
    private readonly openEvaluation: () => Promise<EngineSession>,
    private readonly program: TrainingProgram,
    private readonly optimiser: Optimiser,
    private readonly seed: number,
    parameters: Float32Array | undefined,
  ) {
    this.parameters = parameters?.slice() ?? initialParameters(program.parameters, seed);
    const vector = () => new Float32Array(program.parameterCount);
    this.optimizer = Object.fromEntries(optimiser.stateNames.map((name) => [name, vector()]));
  }

  static async open(engine: Engine, options: StepperOptions): Promise<EngineStepper> {
    const { network, settings, batchSize: batch, seed } = options;
    const loss = lossOptions(settings);
    const optimiser = optimiserOf(settings);
    const program = trainingProgram(network, { batch, loss, optimiser, gradientClip: settings.gradientClip });
    const training = await engine.createSession(program.bytes);
    const evaluation = () =>
      engine.createSession(
        // Smoothing is for training alone: the validation loss is that of the labels.
        evaluationProgram(network, {
          batch,
          loss: { ...loss, ...(loss.kind === 'cross-entropy' && { labelSmoothing: 0 }) },
        }),
      );
    return new EngineStepper(training, evaluation, program, optimiser, seed, options.parameters);
  }

  async train(batch: Batch, rate: number, step: number): Promise<BatchLoss> {
    const { program, optimiser } = this;
    const feeds = this.feeds(batch);
    for (const [name, values] of Object.entries(this.optimizer)) feeds[`state_${name}`] = vector(values);
    for (const [name, value] of Object.entries(optimiser.scalars(step + 1, rate))) {
      feeds[`scalar_${name}`] = { data: Float32Array.of(value), dims: [] };
    }
    for (const [k, mask] of program.masks.entries())
      feeds[mask.name] = drawMask(mask, deriveSeed(this.seed, 'dropout', k, step));
    const out = await this.training.run(feeds);
    const norm = out.gradient_norm.data[0] as number;
    // A gradient that is not finite would leave no finite weight, though the loss of this step still is.
    const loss = Number.isFinite(norm) ? (out.loss.data[0] as number) : Number.NaN;
    if (Number.isFinite(loss)) {
      this.parameters = out[`next_${PARAMETERS}`].data as Float32Array;
      for (const name of optimiser.stateNames) this.optimizer[name] = out[`next_state_${name}`].data as Float32Array;
    }
    return { loss, weight: out.weight.data[0] as number };
  }

  async evaluate(batch: Batch): Promise<BatchLoss> {
    this.evaluation ??= await this.openEvaluation();
    const out = await this.evaluation.run(this.feeds(batch));
    return { loss: out.loss.data[0] as number, weight: out.weight.data[0] as number };
  }

  state(): StepperState {
    const optimizer = Object.fromEntries(
      Object.entries(this.optimizer).map(([name, values]) => [name, values.slice()]),
    );
    return { parameters: this.parameters.slice(), optimizer };
  }

  restore({ parameters, optimizer }: StepperState): void {
    this.parameters = parameters.slice();
    this.optimizer = Object.fromEntries(Object.entries(optimizer).map(([name, values]) => [name, values.slice()]));
  }

  async dispose(): Promise<void> {
    await this.training.dispose();
    await this.evaluation?.dispose();
  }

  private feeds({ x, features, y, weights }: Batch): Record<string, EngineTensor> {
    const given: Record<string, Float32Array | undefined> = { [SEQUENCE]: x, [FEATURES]: features };
    const feeds: Record<string, EngineTensor> = {};
    for (const { name, shape } of this.program.inputs) {
      const data = given[name];
      if (data) feeds[name] = { data, dims: shape };
    }
    feeds[PARAMETERS] = vector(this.parameters);
    feeds[TARGETS] = { data: y, dims: [weights.length, this.program.outputs] };
    feeds[WEIGHTS] = vector(weights);
    return feeds;
  }
}

const vector = (data: Float32Array): EngineTensor => ({ data, dims: [data.length] });

function lossOptions({ loss, huberDelta, labelSmoothing }: TrainingSettings): LossOptions {
  if (loss === 'cross-entropy') return { kind: loss, labelSmoothing };
  return loss === 'huber' ? { kind: loss, delta: huberDelta } : { kind: loss };
}

function optimiserOf(settings: TrainingSettings): Optimiser {
  const { optimizer, beta1, beta2, epsilon, weightDecay, momentum } = settings;
  if (optimizer === 'sgd') return sgd({ momentum, weightDecay });
  return adam({ beta1, beta2, epsilon, weightDecay, decoupled: optimizer === 'adamw' });
}

/** Zeros with probability `rate`: a counter mixed to 32 random bits a value (SplitMix32), from the step's own seed. */
function drawMask({ shape, rate }: DropoutMask, seed: number): EngineTensor {
  const data = new Uint8Array(shape.reduce((product, size) => product * size, 1));
  const limit = Math.round(rate * 4294967296);
  for (let i = 0, counter = seed; i < data.length; i++) {
    counter = (counter + 0x9e3779b9) | 0;
    let z = counter;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    data[i] = (z ^ (z >>> 15)) >>> 0 >= limit ? 1 : 0;
  }
  return { data, dims: shape };
}
