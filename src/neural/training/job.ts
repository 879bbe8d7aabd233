/** The training of a neural model as a job of the worker pool: scaling, graphs, sessions, the loop, and the files that are saved. */
import { Matrix } from '../../core/matrix.js';
import { Windows } from '../../core/windows.js';
import type { JobContext } from '../../kernels/job.js';
import type { Engine } from '../engine/engine.js';
import { loadEngine } from '../engine/load.js';
import type { Graph, Value } from '../graph/graph.js';
import { featuresInput, sequenceInput } from '../graph/inputs.js';
import { inferenceFile, type Preparation, stepFile } from '../inference/saved-graph.js';
import type { Network, NetworkShape } from '../network.js';
import { networkOf } from '../networks.js';
import { BatchSource, type Samples } from './batches.js';
import { type CheckpointArgs, Checkpoints, fingerprintOf } from './checkpoint.js';
import type { TrainingSettings } from './config.js';
import { EngineStepper } from './engine-stepper.js';
import { type EpochRecord, trainLoop } from './loop.js';
import { findRate, type RateCurve, type RateSearch } from './rate-finder.js';
import { type ColumnScaling, coverage, scaled, standardScaling, targetScaling, unscaled } from './scaling.js';

/** Samples before scaling, as they cross to the worker. */
export interface RawSamples {
  readonly base: Float32Array;
  readonly channels: number;
  readonly ends: Uint32Array;
  readonly length: number;
  /** (n, columns) of hybrid models. */
  readonly features?: { readonly data: Float32Array; readonly columns: number };
  readonly y: Float64Array;
  /** (n,) sample weights. */
  readonly sampleWeights?: Float32Array;
  /** (n,) sample times class weights. */
  readonly weights: Float32Array;
}

export interface TrainArgs {
  readonly model: string;
  readonly settings: TrainingSettings;
  readonly seed: number;
  readonly threads: number;
  readonly train: RawSamples;
  readonly validation?: RawSamples;
  readonly classes: readonly number[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly checkpoint?: CheckpointArgs;
  /** Looks for a learning rate instead of training. */
  readonly search?: Required<RateSearch>;
}

export interface TrainResult {
  /** The saved graph. */
  readonly file: Uint8Array;
  /** The graph of one step, for networks that have one, and its states. */
  readonly stepFile?: Uint8Array;
  readonly states: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly history: readonly EpochRecord[];
  readonly bestEpoch: number;
  readonly earlyStopped: boolean;
  readonly warnings: readonly string[];
  readonly engine: { readonly name: string; readonly device: string; readonly notice: string };
}

export async function run(context: JobContext<TrainArgs>): Promise<TrainResult | RateCurve> {
  const { model, settings, seed, threads, train, validation, classes } = context.args;
  const network = await networkOf(model);
  const engine = await loadEngine({
    preferred: settings.engine,
    only: settings.engine !== undefined,
    device: settings.device,
    threads,
  });
  context.check();
  const shape: NetworkShape = {
    length: train.length,
    channels: train.channels,
    columns: train.features?.columns ?? 0,
    outputs: Math.max(1, classes.length),
  };
  const preparation = prepare(train, classes, settings);
  const [own, others] = samplesOf(train, validation, preparation);
  const batchSize = Math.min(settings.batchSize, own.y.length);
  const source = (samples: Samples) => new BatchSource(samples, network.layout, batchSize, shape.outputs);
  const stepper = await EngineStepper.open(engine, {
    network: inputsOf(network, shape, settings),
    settings,
    batchSize,
    seed,
  });
  try {
    context.check();
    if (context.args.search) return await findRate(stepper, source(own), seed, context.args.search, context.check);
    const checkpoints = checkpointsOf(context.args, engine, own, others);
    const result = await trainLoop(stepper, source(own), others && source(others), settings, {
      seed,
      check: context.check,
      report: context.report,
      resume: checkpoints?.resume,
      checkpoint: checkpoints && ((state) => checkpoints.write(state)),
    });
    const saved = {
      network,
      shape,
      settings,
      preparation,
      parameters: result.parameters,
      metadata: context.args.metadata,
    };
    const step = stepFile(saved);
    const history = result.history.map((epoch) => inUnits(epoch, preparation));
    return {
      file: inferenceFile(saved),
      stepFile: step?.bytes,
      states: step?.states ?? [],
      history,
      bestEpoch: result.bestEpoch,
      earlyStopped: result.earlyStopped,
      warnings: result.warnings,
      engine: { name: engine.name, device: engine.device, notice: engine.notice },
    };
  } finally {
    await stepper.dispose();
  }
}

/** The network with its inputs, as a training graph has them. */
function inputsOf<S>(network: Network<S>, shape: NetworkShape, settings: S): (graph: Graph) => Value {
  return (graph) => {
    const x = sequenceInput(graph, shape.length, shape.channels, network.layout);
    const features = shape.columns > 0 ? featuresInput(graph, shape.columns) : undefined;
    return network.build(graph, { x, features }, shape, settings);
  };
}

function prepare(train: RawSamples, classes: readonly number[], { standardize }: TrainingSettings): Preparation {
  const choose = (scaling: ColumnScaling) => (standardize ? scaling : unscaled(scaling));
  const windows = new Windows(Matrix.wrap(train.base, train.channels), train.ends, train.length);
  const { features } = train;
  return {
    sequence: choose(standardScaling(windows.base, coverage(windows))),
    ...(features && { features: choose(standardScaling(Matrix.wrap(features.data, features.columns))) }),
    ...(classes.length === 0 && standardize && { target: targetScaling(train.y, train.sampleWeights) }),
    classes,
  };
}

/** Training and validation samples, scaled; a base that both have is scaled once. */
function samplesOf(
  train: RawSamples,
  validation: RawSamples | undefined,
  { sequence, features, target }: Preparation,
): [Samples, Samples | undefined] {
  const bases = new Map<Float32Array, Float32Array>();
  const base = ({ base: raw, channels }: RawSamples) => {
    const known = bases.get(raw) ?? scaled(Matrix.wrap(raw, channels), sequence);
    bases.set(raw, known);
    return known;
  };
  const make = (raw: RawSamples): Samples => ({
    base: base(raw),
    channels: raw.channels,
    ends: raw.ends,
    length: raw.length,
    features:
      raw.features && features
        ? Matrix.wrap(scaled(Matrix.wrap(raw.features.data, raw.features.columns), features), raw.features.columns)
        : undefined,
    y: target ? raw.y.map((value) => (value - target.mean) / target.deviation) : raw.y,
    weights: raw.weights,
  });
  return [make(train), validation && make(validation)];
}

/** A regression's losses in the units of its target. */
function inUnits(epoch: EpochRecord, { target }: Preparation): EpochRecord {
  const factor = target ? target.deviation * target.deviation : 1;
  return { ...epoch, trainLoss: epoch.trainLoss * factor, valLoss: epoch.valLoss * factor };
}

function checkpointsOf(
  { checkpoint, model, settings, seed, classes }: TrainArgs,
  engine: Engine,
  train: Samples,
  validation: Samples | undefined,
): Checkpoints | undefined {
  if (!checkpoint) return undefined;
  const plain = { model, settings: { ...settings }, seed, classes, engine: `${engine.name} ${engine.device}` };
  return new Checkpoints(checkpoint, fingerprintOf(plain, [train, validation]));
}
