/**
 * The training loop: epochs of shuffled batches, validation, schedule, early stopping with the best weights, checkpoints. Everything that
 * is drawn depends on the seed, the epoch and the step, so a training that goes on from a checkpoint gives the same model.
 */
import { TrainingFailedError } from '../../core/errors.js';
import type { ProgressEvent } from '../../core/progress.js';
import type { EpochLoss } from '../../model/types.js';
import type { BatchSource } from './batches.js';
import type { TrainingSettings } from './config.js';
import { EarlyStopping, type StoppingState } from './early-stopping.js';
import { Schedule, type ScheduleState } from './schedule.js';
import type { BatchLoss, Stepper, StepperState } from './stepper.js';

/** Everything a training needs to go on as if it had never stopped. */
export interface LoopState {
  /** Epochs done. */
  readonly epoch: number;
  /** Updates done. */
  readonly step: number;
  readonly history: readonly EpochRecord[];
  readonly stopping: StoppingState;
  readonly schedule: ScheduleState;
  readonly stepper: StepperState;
  readonly best?: Float32Array;
}

export interface EpochRecord extends EpochLoss {
  /** Of the epoch's last step. */
  readonly learningRate: number;
}

export interface LoopContext {
  readonly seed: number;
  /** Throws when the job was stopped. */
  check(): void;
  report(event: ProgressEvent): void;
  /** Called after the epochs that a checkpoint is due. */
  checkpoint?(state: LoopState): void;
  readonly resume?: LoopState;
}

export interface LoopResult {
  readonly parameters: Float32Array;
  readonly history: readonly EpochRecord[];
  readonly bestEpoch: number;
  readonly earlyStopped: boolean;
  readonly warnings: readonly string[];
}

export async function trainLoop(
  stepper: Stepper,
  train: BatchSource,
  validation: BatchSource | undefined,
  settings: TrainingSettings,
  context: LoopContext,
): Promise<LoopResult> {
  const { epochs, patience, minDelta, restoreBestWeights, shuffle, checkpointInterval } = settings;
  const totalSteps = epochs * train.batches;
  const schedule = new Schedule(settings, train.batches, totalSteps);
  const stopping = new EarlyStopping(patience, minDelta);
  const history: EpochRecord[] = [];
  const warnings: string[] = [];
  const { resume } = context;
  let step = 0;
  let best: Float32Array | undefined;
  let diverged: string | undefined;
  if (resume) {
    stepper.restore(resume.stepper);
    stopping.restore(resume.stopping);
    schedule.restore(resume.schedule);
    history.push(...resume.history);
    step = resume.step;
    best = resume.best;
  }
  for (let epoch = (resume?.epoch ?? 0) + 1; epoch <= epochs && !stopping.stop; epoch++) {
    const order = train.order(shuffle ? context.seed : undefined, epoch);
    const sum = new LossSum();
    for (let b = 0; b < train.batches; b++, step++) {
      context.check();
      const batch = train.gather(order, b);
      const outcome = await stepper.train(batch, schedule.rate(step), step);
      if (!Number.isFinite(outcome.loss)) {
        diverged = `the loss was not finite in step ${b + 1} of epoch ${epoch}`;
        break;
      }
      sum.add(outcome);
      context.report(batchEvent(step + 1, totalSteps, epoch, sum.mean, schedule.rate(step)));
    }
    const valLoss = diverged || !validation ? Number.NaN : await evaluate(stepper, validation, context.check);
    if (!diverged && validation && !Number.isFinite(valLoss)) {
      diverged = `the validation loss was not finite after epoch ${epoch}`;
    }
    const weights = diverged ? undefined : stepper.state().parameters;
    if (weights && !weights.every(Number.isFinite)) diverged = `weights were not finite after epoch ${epoch}`;
    if (diverged) break;
    history.push({ epoch, trainLoss: sum.mean, valLoss, learningRate: schedule.rate(step - 1) });
    const watched = validation ? valLoss : sum.mean;
    schedule.observe(watched);
    if (stopping.observe(epoch, watched) && restoreBestWeights) best = weights;
    context.report(batchEvent(step, totalSteps, epoch, sum.mean, schedule.rate(step - 1), valLoss));
    if (context.checkpoint && (epoch % checkpointInterval === 0 || epoch === epochs || stopping.stop)) {
      context.checkpoint({
        epoch,
        step,
        history: [...history],
        stopping: stopping.state(),
        schedule: schedule.state(),
        stepper: stepper.state(),
        best,
      });
    }
  }
  if (diverged) warnings.push(stopped(diverged, best, stopping.bestEpoch));
  const kept = best ?? stepper.state().parameters;
  return {
    parameters: kept,
    history,
    bestEpoch: restoreBestWeights || diverged ? stopping.bestEpoch : history.length,
    earlyStopped: stopping.stop && history.length < epochs,
    warnings,
  };
}

/** Weighted mean loss of a whole set. */
export async function evaluate(stepper: Stepper, source: BatchSource, check: () => void): Promise<number> {
  const order = source.order(undefined, 0);
  const sum = new LossSum();
  for (let b = 0; b < source.batches; b++) {
    check();
    sum.add(await stepper.evaluate(source.gather(order, b)));
  }
  return sum.mean;
}

class LossSum {
  private loss = 0;
  private weight = 0;

  add({ loss, weight }: BatchLoss): void {
    // A batch whose class weights are all 0 says nothing.
    if (weight > 0) this.loss += loss * weight;
    this.weight += weight;
  }

  get mean(): number {
    return this.weight > 0 ? this.loss / this.weight : 0;
  }
}

const LOWER = 'Lower learningRate or gradientClip, use warmupEpochs, or scale the input.';

/** The warning that goes with the best weights; without any there is no model. */
function stopped(problem: string, best: Float32Array | undefined, bestEpoch: number): string {
  if (best) return `Training diverged (${problem}); the weights of epoch ${bestEpoch} were kept. ${LOWER}`;
  throw new TrainingFailedError(`Training diverged: ${problem}`, { hint: LOWER });
}

function batchEvent(
  step: number,
  total: number,
  epoch: number,
  trainLoss: number,
  learningRate: number,
  valLoss?: number,
): ProgressEvent {
  const metrics = { epoch, trainLoss, learningRate };
  return { phase: 'fit', step, total, metrics: valLoss === undefined ? metrics : { ...metrics, valLoss } };
}
