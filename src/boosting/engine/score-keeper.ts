/** Adds trees to the scores of rows: of training rows by the leaves they are known to be in, of all others by walking the tree. */
import type { JobContext } from '../../kernels/job.js';
import type { GrownTree, TestedTree } from '../../trees/grower.js';
import { share } from '../../trees/partition.js';
import { addToLeaves } from '../../trees/tree-scorer.js';
import type { EvalSet } from './evaluation.js';
import type { RowSample } from './row-sampler.js';
import type { RowSet } from './row-set.js';
import type { RowTable, TreeLearner } from './tree-learner.js';

export class ScoreKeeper {
  constructor(
    private readonly context: JobContext,
    private readonly learner: TreeLearner,
    private readonly sets: readonly (EvalSet<RowTable> & { table: RowTable })[],
  ) {}

  /** A tree just grown on `sample` to the scores of all training rows. */
  addGrown(grown: GrownTree, rows: RowSet, output: number, { rest, restCount }: RowSample): void {
    const scores = rows.scoresOf(output);
    addToLeaves(this.context, grown, scores);
    if (restCount > 0) this.learner.training.addTree(grown, scores, rest, restCount);
  }

  /** Any tree to the scores of all training rows. */
  addToTraining(tree: TestedTree, rows: RowSet, output: number): void {
    this.learner.training.addTree(tree, rows.scoresOf(output), 0, rows.rows);
  }

  /** A tree to the scores of every set to evaluate on. */
  addToSets(tree: TestedTree, output: number): void {
    for (const { table, rows } of this.sets) table.addTree(tree, rows.scoresOf(output), 0, rows.rows);
  }

  /** All rows whose scores are the model's: base + (score - base) * factor; a barrier. */
  scale(training: RowSet, baseScores: readonly number[], factor: number): void {
    const { thread, threads } = this.context;
    for (const rows of [training, ...this.sets.map((set) => set.rows)]) {
      const { scores } = rows.views();
      const [from, to] = share(0, rows.rows, thread, threads);
      for (const [k, base] of baseScores.entries()) {
        const column = scores[k];
        for (let i = from; i < to; i++) column[i] = base + (column[i] - base) * factor;
      }
    }
    this.context.barrier();
  }
}
