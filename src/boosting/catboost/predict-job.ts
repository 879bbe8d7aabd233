/** Prediction on the worker pool: workers take runs of rows and write their scores side by side. */
import type { JobContext } from '../../kernels/job.js';
import type { PackedTrees } from '../../trees/prediction-block.js';
import { type OutputRule, writeProbabilities } from './loss.js';
import type { Plan } from './plan.js';
import { BlockPredictor, finishScores } from './predict-block.js';
import { SymmetricTrees } from './symmetric-trees.js';

export interface PredictArgs {
  readonly plan: Plan;
  /** Where all trees are symmetric: for the kernels. */
  readonly packed?: PackedTrees;
  readonly data: Float32Array;
  readonly cols: number;
  readonly rows: number;
  /** Shared, (rows * outputs): raw scores go here. */
  readonly scores?: Float64Array;
  /** Or what a classification makes of them, into shared (rows, classes). */
  readonly probabilities?: { readonly rule: OutputRule; readonly values: Float32Array };
  readonly firstTree: number;
  readonly endTree: number;
}

/** Looks at conditions between two looks at the stop flag: some milliseconds. */
const LOOKS_A_UNIT = 2_000_000;

export function run(context: JobContext<PredictArgs>): void {
  const { plan, packed, data, cols, rows, scores, probabilities, firstTree, endTree } = context.args;
  const predictor = new BlockPredictor(plan, packed && new SymmetricTrees(context, plan, packed));
  const looks = plan.trees.start[endTree] - plan.trees.start[firstTree] + plan.slots;
  const unit = Math.max(256, Math.ceil(LOOKS_A_UNIT / Math.max(1, looks) / 256) * 256);
  const own = new Float64Array(scores ? 0 : Math.min(unit, rows) * plan.outputs);
  for (let from = context.nextUnit() * unit; from < rows; from = context.nextUnit() * unit) {
    context.check();
    const to = Math.min(rows, from + unit);
    const part = scores
      ? scores.subarray(from * plan.outputs, to * plan.outputs)
      : own.subarray(0, (to - from) * plan.outputs).fill(0);
    predictor.addScores(data, cols, from, to, part, firstTree, endTree);
    finishScores(plan, part, firstTree);
    if (!probabilities) continue;
    const { rule, values } = probabilities;
    writeProbabilities(rule, part, values.subarray(from * rule.order.length));
  }
}
