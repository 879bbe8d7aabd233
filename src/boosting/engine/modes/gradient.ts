/** Plain gradient boosting (Friedman, 2001): each tree counts by the learning rate and stays as it is. */
import type { GrownTree } from '../../../trees/grower.js';
import type { Tree } from '../../../trees/tree.js';
import type { RowSample } from '../row-sampler.js';
import type { RowSet } from '../row-set.js';
import { addToTree, type BoostingMode, type ModeInput, rateOf, scaleTree } from './mode.js';

export class GradientMode implements BoostingMode {
  readonly outcome: RowSet;
  readonly lossWithGradients = true;
  readonly random = false;
  private trees: Tree[] = [];

  constructor(private readonly input: ModeInput) {
    this.outcome = input.train;
  }

  start(): void {}

  add(grown: GrownTree, output: number, iteration: number, sample: RowSample | undefined): void {
    const { params, scores, train } = this.input;
    scaleTree(grown.tree, rateOf(params, iteration));
    if (sample) scores.addGrown(grown, train, output, sample);
    else scores.addToTraining(grown, train, output);
    scores.addToSets(grown, output);
    this.trees.push(grown.tree);
  }

  end(): void {}

  markBest(): void {}

  finish(iterations: number): Tree[] {
    const { outputs, params, baseScores } = this.input;
    const trees = this.trees.slice(0, iterations * outputs * params.parallelTrees);
    for (const [k, tree] of trees.slice(0, outputs).entries()) addToTree(tree, baseScores[k]);
    return trees;
  }

  state(): Tree[] {
    return this.trees;
  }

  restore(state: unknown): void {
    this.trees = state as Tree[];
  }
}
