/**
 * Random forests (Breiman, 2001) by the same engine, as LightGBM's rf mode: every tree is grown from the base scores on its own
 * sample, nothing is shrunk, and the model is the mean of the trees.
 */
import type { GrownTree } from '../../../trees/grower.js';
import type { Tree } from '../../../trees/tree.js';
import type { RowSample } from '../row-sampler.js';
import type { RowSet } from '../row-set.js';
import { addToTree, type BoostingMode, type ModeInput, scaled, scaleTree } from './mode.js';

export class ForestMode implements BoostingMode {
  readonly outcome: RowSet;
  readonly lossWithGradients = false;
  readonly random = true;
  private trees: Tree[] = [];

  constructor(private readonly input: ModeInput) {
    this.outcome = input.outcome;
  }

  start(iteration: number): void {
    const { scores, baseScores } = this.input;
    if (iteration > 0) scores.scale(this.outcome, baseScores, iteration / (iteration + 1));
  }

  add(grown: GrownTree, output: number, iteration: number, sample: RowSample | undefined): void {
    const { scores, params } = this.input;
    const own = scaled(grown, 1 / ((iteration + 1) * params.parallelTrees));
    if (sample) scores.addGrown({ ...grown, ...own }, this.outcome, output, sample);
    else scores.addToTraining(own, this.outcome, output);
    scores.addToSets(own, output);
    this.trees.push(grown.tree);
  }

  end(): void {}

  markBest(): void {}

  /** Each tree carries its share of the base scores: the mean of any number of them is a model of its own. */
  finish(iterations: number): Tree[] {
    const { outputs, params, baseScores } = this.input;
    const trees = this.trees.slice(0, iterations * outputs * params.parallelTrees);
    for (const [t, tree] of trees.entries()) {
      addToTree(tree, baseScores[t % outputs]);
      scaleTree(tree, outputs / trees.length);
    }
    return trees;
  }

  state(): Tree[] {
    return this.trees;
  }

  restore(state: unknown): void {
    this.trees = state as Tree[];
  }
}
