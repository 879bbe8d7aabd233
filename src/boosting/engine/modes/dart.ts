/**
 * Boosting with dropout (Vinayak and Gilad-Bachrach, "DART: Dropouts meet Multiple Additive Regression Trees", AISTATS 2015):
 * an iteration's trees are fitted to what some of the earlier ones leave, and old and new ones are scaled to fit together.
 */
import { deriveSeed, Random } from '../../../core/random.js';
import type { GrownTree, TestedTree } from '../../../trees/grower.js';
import type { Tree } from '../../../trees/tree.js';
import type { RowSample } from '../row-sampler.js';
import type { RowSet } from '../row-set.js';
import { addToTree, type BoostingMode, type ModeInput, rateOf, scaled, scaleTree } from './mode.js';

type StoredTree = TestedTree & { output: number };

/** A tree's leaves are kept as grown; an iteration's weight says what its trees count for. */
interface DartState {
  iterations: StoredTree[][];
  weights: number[];
  /** The weights when the best iteration ended: later ones have changed them. */
  bestWeights: number[];
}

export class DartMode implements BoostingMode {
  readonly outcome: RowSet;
  readonly lossWithGradients = false;
  readonly random = true;
  private iterations: StoredTree[][] = [];
  private weights: number[] = [];
  private bestWeights: number[] = [];
  private dropped: number[] = [];
  private current: StoredTree[] = [];

  constructor(private readonly input: ModeInput) {
    this.outcome = input.train;
  }

  start(iteration: number): void {
    this.dropped = this.choose(iteration);
    this.current = [];
    for (const i of this.dropped) this.addToTraining(i, -this.weights[i]);
  }

  add(grown: GrownTree, output: number, iteration: number, sample: RowSample | undefined): void {
    const { scores, train } = this.input;
    const [weight] = this.newWeights(iteration);
    const own = scaled(grown, weight);
    if (sample) scores.addGrown({ ...grown, ...own }, train, output, sample);
    else scores.addToTraining(own, train, output);
    scores.addToSets(own, output);
    this.current.push({ tree: grown.tree, tests: grown.tests, output });
  }

  end(iteration: number): void {
    const [weight, factor] = this.newWeights(iteration);
    for (const i of this.dropped) {
      const before = this.weights[i];
      this.weights[i] = before * factor;
      this.addToTraining(i, this.weights[i]);
      for (const tree of this.iterations[i])
        this.input.scores.addToSets(scaled(tree, this.weights[i] - before), tree.output);
    }
    this.iterations.push(this.current);
    this.weights.push(weight);
  }

  markBest(): void {
    this.bestWeights = this.weights.slice();
  }

  finish(iterations: number): Tree[] {
    const weights = iterations < this.weights.length ? this.bestWeights : this.weights;
    const { baseScores } = this.input;
    return this.iterations.slice(0, iterations).flatMap((stored, i) =>
      stored.map(({ tree, output }, t) => {
        scaleTree(tree, weights[i]);
        if (i === 0 && t < baseScores.length) addToTree(tree, baseScores[output]);
        return tree;
      }),
    );
  }

  state(): DartState {
    const { iterations, weights, bestWeights } = this;
    return { iterations, weights, bestWeights };
  }

  restore(state: unknown): void {
    Object.assign(this, state as DartState);
  }

  private addToTraining(iteration: number, factor: number): void {
    const { scores, train } = this.input;
    for (const tree of this.iterations[iteration]) scores.addToTraining(scaled(tree, factor), train, tree.output);
  }

  /** Weight of the new trees, and what the dropped ones' weights are multiplied by. */
  private newWeights(iteration: number): [weight: number, factor: number] {
    const { params } = this.input;
    const rate = rateOf(params, iteration);
    const k = this.dropped.length;
    if (k === 0) return [rate, 1];
    switch (params.dart.normalize) {
      case 'lightgbm':
        return [rate / (k + 1), k / (k + 1)];
      case 'tree':
        return [rate / (k + rate), k / (k + rate)];
      case 'forest':
        return [rate / (1 + rate), 1 / (1 + rate)];
    }
  }

  /** The iterations to drop, ascending: each by itself with a probability in proportion to its weight, or the same for all. */
  private choose(iteration: number): number[] {
    const { params, seed, firstIteration } = this.input;
    const { rate, max, skip, uniform, atLeastOne } = params.dart;
    const { weights } = this;
    if (weights.length === 0) return [];
    const random = new Random(deriveSeed(params.dart.seed ?? seed, 'dart', firstIteration + iteration));
    if (random.float() < skip) return [];
    const limit = max > 0 ? max : weights.length;
    const share = Math.min(rate, limit / weights.length);
    const mean = weights.reduce((a, b) => a + b, 0) / weights.length;
    const dropped: number[] = [];
    for (const [i, weight] of weights.entries()) {
      const chance = uniform || !(mean > 0) ? share : (share * weight) / mean;
      if (dropped.length < limit && random.float() < chance) dropped.push(i);
    }
    return dropped.length === 0 && atLeastOne ? [this.pickOne(random, uniform)] : dropped;
  }

  private pickOne(random: Random, uniform: boolean): number {
    const { weights } = this;
    if (uniform) return random.int(weights.length);
    let left = random.float() * weights.reduce((a, b) => a + b, 0);
    for (const [i, weight] of weights.entries()) if ((left -= weight) < 0) return i;
    return weights.length - 1;
  }
}
