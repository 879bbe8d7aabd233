/** The order in which a round updates the features of a linear model; the same in every worker. */
import { deriveSeed, Random } from '../../../core/random.js';

/** XGBoost's names. */
export type FeatureSelector = 'cyclic' | 'shuffle' | 'random' | 'greedy' | 'thrifty';

export interface SelectionInput {
  selector: FeatureSelector;
  features: number;
  /** How many 'greedy' and 'thrifty' update; 0: all. */
  top: number;
  seed: number;
  /** Numbers the rounds and outputs. */
  round: number;
  /** The step that a feature would take now; a barrier. */
  propose: (feature: number) => number;
}

/** The features to update, in order; what 'greedy' picks depends on the updates before. Barriers. */
export function* featuresOf(input: SelectionInput): Generator<number, void, undefined> {
  const { selector, features, seed, round, propose } = input;
  const top = input.top > 0 ? Math.min(input.top, features) : features;
  switch (selector) {
    case 'cyclic':
      for (let j = 0; j < features; j++) yield j;
      return;
    case 'shuffle':
      yield* new Random(deriveSeed(seed, 'linear', round)).permutation(features);
      return;
    case 'random': {
      const random = new Random(deriveSeed(seed, 'linear', round));
      for (let n = 0; n < features; n++) yield random.int(features);
      return;
    }
    case 'greedy':
      for (let n = 0; n < top; n++) yield bySteps(features, propose)[0];
      return;
    case 'thrifty':
      yield* bySteps(features, propose).slice(0, top);
  }
}

/** Features by the size of their steps, the largest first, equal ones by number. */
function bySteps(features: number, propose: (feature: number) => number): number[] {
  const sizes = Array.from({ length: features }, (_, j) => Math.abs(propose(j)));
  return Array.from(sizes.keys()).sort((a, b) => sizes[b] - sizes[a] || a - b);
}
