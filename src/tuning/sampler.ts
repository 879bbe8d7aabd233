/** What chooses the values of a trial: a sampler sees the trials it may know and answers the same for the same seed. */
import type { Random } from '../core/random.js';
import type { Distribution, ParamValue } from './distribution.js';
import type { HistoryView } from './history.js';
import type { Attributes, Direction } from './trial-record.js';

/** What a sampler sees of the study. */
export interface SamplerContext {
  /** Of the trial whose values are wanted. */
  readonly number: number;
  readonly directions: readonly Direction[];
  /** Of the whole study: for what is drawn once for all trials. */
  readonly studySeed: number;
  readonly view: HistoryView;
  /** Parameters the trial has so far, in their order. */
  readonly params: Readonly<Record<string, ParamValue>>;
  /** A stream of its own for each trial and purpose, so that no draw depends on how many came before. */
  random(purpose: string): Random;
}

/** Values that a sampler chose together, before the objective asks for them. */
export interface RelativeSample {
  /** As one number each, see `toInternal`. */
  readonly params: ReadonlyMap<string, number>;
  /** What the sampler has to remember of this trial. */
  readonly systemAttrs?: Attributes;
}

/** Chooses the values of trials. `TPESampler` is the default; write your own by implementing this. */
export interface Sampler {
  readonly name: string;
  /** Trials after which there is nothing left to try. */
  readonly trialLimit?: number;
  /** Whether it can work with as many directions; default: any number. */
  readonly maxDirections?: number;
  /**
   * Values of parameters that are chosen together, when the trial is made. One that takes long answers later, with what it knew when it was
   * asked, and lets other work run meanwhile.
   */
  sampleRelative?(context: SamplerContext): RelativeSample | undefined | Promise<RelativeSample | undefined>;
  /** The value of one parameter that was not chosen together with others, as one number. */
  sampleIndependent(context: SamplerContext, name: string, distribution: Distribution): number;
}
