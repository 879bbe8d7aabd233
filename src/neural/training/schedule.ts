/** The learning rate of every step. Schedules that depend on time know all steps beforehand; plateau listens to the loss of epochs. */
import { cos } from '../../preprocessing/trigonometry.js';
import type { ScheduleName } from './config.js';

export interface ScheduleSettings {
  readonly schedule: ScheduleName;
  readonly learningRate: number;
  readonly minLearningRate: number;
  readonly warmupEpochs: number;
  readonly plateauFactor: number;
  readonly plateauPatience: number;
}

/** What plateau remembers; part of a checkpoint. */
export interface ScheduleState {
  readonly factor: number;
  readonly best: number;
  readonly since: number;
}

/** Share of one-cycle's steps in which the rate rises, and what it starts and ends at (Smith and Topin, 2017; PyTorch's defaults). */
const RISE = 0.3;
const START_DIVISOR = 25;
const END_DIVISOR = 1e4;
/** Relative; PyTorch's ReduceLROnPlateau. */
const BETTER_BY = 1e-4;

export class Schedule {
  private factor = 1;
  private best = Number.POSITIVE_INFINITY;
  private since = 0;

  constructor(
    private readonly settings: ScheduleSettings,
    private readonly stepsPerEpoch: number,
    private readonly totalSteps: number,
  ) {}

  /** Rate of step 0, 1, 2, ... of the whole training. */
  rate(step: number): number {
    const { schedule, learningRate, minLearningRate, warmupEpochs } = this.settings;
    if (schedule === 'one-cycle') return this.oneCycle(step);
    const warmup = Math.min(warmupEpochs * this.stepsPerEpoch, this.totalSteps);
    if (step < warmup) return (learningRate * (step + 1)) / warmup;
    if (schedule === 'cosine') {
      return between(learningRate, minLearningRate, (step - warmup) / Math.max(1, this.totalSteps - warmup));
    }
    return Math.max(learningRate * this.factor, minLearningRate);
  }

  private oneCycle(step: number): number {
    const { learningRate } = this.settings;
    const start = learningRate / START_DIVISOR;
    const last = Math.max(1, this.totalSteps - 1);
    const peak = Math.max(1, RISE * this.totalSteps - 1);
    if (step <= peak) return between(start, learningRate, step / peak);
    return between(learningRate, start / END_DIVISOR, (step - peak) / Math.max(1, last - peak));
  }

  /** After each epoch, with the loss that is watched. */
  observe(loss: number): void {
    const { schedule, plateauFactor, plateauPatience } = this.settings;
    if (schedule !== 'plateau') return;
    if (loss < this.best - BETTER_BY * Math.abs(this.best) || this.best === Number.POSITIVE_INFINITY) {
      this.best = loss;
      this.since = 0;
    } else if (++this.since > plateauPatience) {
      this.factor *= plateauFactor;
      this.since = 0;
    }
  }

  state(): ScheduleState {
    return { factor: this.factor, best: this.best, since: this.since };
  }

  restore({ factor, best, since }: ScheduleState): void {
    this.factor = factor;
    this.best = best;
    this.since = since;
  }
}

/** Half a cosine wave from `from` to `to`. */
function between(from: number, to: number, share: number): number {
  return to + ((from - to) * (1 + cos(Math.PI * Math.min(1, share)))) / 2;
}
