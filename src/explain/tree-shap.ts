/** Shapley values of a model of trees: lays the trees out, runs the job, and checks that the values add up to what the model says. */
import { TrainingFailedError } from '../core/errors.js';
import { ownModule } from '../core/location.js';
import type { Matrix } from '../core/matrix.js';
import type { ProgressListener } from '../core/progress.js';
import { inTurns, Turns } from '../core/turns.js';
import { runJob, startWorkers } from '../kernels/pool.js';
import { shared } from '../kernels/shared.js';
import type { ExplainedTree, TreeExplanation } from '../model/explanation.js';
import { layOutTrees } from './tree-image.js';
import type { TreeShapArgs } from './tree-shap-job.js';

export interface TreeShapOptions {
  readonly interactions: boolean;
  readonly background?: Matrix;
  readonly threads: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
}

export interface Worth {
  /** As in `ShapResult`. */
  readonly values: Float64Array;
  readonly interactions?: Float64Array;
  readonly baseValues: Float64Array;
  readonly outputs: number;
}

/** Relative error of a sum of one more tree's values, where the library adds in float32. */
const FLOAT32_STEP = 6e-8;
const TOLERANCE = 1e-6;
const ROWS_A_STRETCH = 2000;

export async function treeShap(model: TreeExplanation, X: Matrix, options: TreeShapOptions): Promise<Worth> {
  const { interactions: wanted, background, threads, signal, onProgress } = options;
  startWorkers(threads);
  const { outputs, features, players, start, complement = false } = model;
  const trees = await treesOf(model);
  const image = await layOutTrees(trees, outputs);
  const slots = model.slotsOf ? await model.slotsOf(X) : X;
  const others = background && model.slotsOf ? await model.slotsOf(background) : background;
  const written = complement ? 2 : outputs;
  const values = float64(X.rows * written * features);
  const interactions = wanted ? float64(X.rows * written * features * features) : undefined;
  const args: TreeShapArgs = {
    image,
    slots: await shared(slots.data),
    slotCount: slots.cols,
    rows: X.rows,
    ...(others ? { background: { slots: await shared(others.data), rows: others.rows } } : {}),
    outputs,
    players: players?.length ?? features,
    ...(players ? { shares: players } : {}),
    scale: model.scale / (others?.rows ?? 1),
    complement,
    features,
    values,
    ...(interactions ? { interactions } : {}),
  };
  const module = ownModule('explain/tree-shap-job');
  await runJob({ module, args, threads, signal, onProgress, doing: 'Explaining' });
  const sums = others ? await backgroundMeans(trees, others, outputs) : image.means;
  const own = sums.map((sum, k) => start[k] + model.scale * sum);
  const baseValues = complement ? Float64Array.of(1 - own[0], own[0]) : own;
  const worth = { values, ...(interactions ? { interactions } : {}), baseValues, outputs: written };
  await checkSums(model, X, worth, threads);
  return worth;
}

async function treesOf(model: TreeExplanation): Promise<ExplainedTree[]> {
  const trees: ExplainedTree[] = [];
  const turns = new Turns();
  for (let t = 0; t < model.treeCount; t++) {
    trees.push(model.tree(t));
    await turns.pause();
  }
  return trees;
}

const float64 = (length: number): Float64Array => new Float64Array(new SharedArrayBuffer(length * 8));

/** (outputs,) sums over trees of the mean leaf value of the rows of slots. */
async function backgroundMeans(trees: readonly ExplainedTree[], rows: Matrix, outputs: number): Promise<Float64Array> {
  const means = new Float64Array(outputs);
  const turns = new Turns();
  for (const tree of trees) {
    const { values, width, output } = tree;
    for (let i = 0; i < rows.rows; i++) {
      const leaf = leafOf(tree, rows.data, i * rows.cols);
      for (let w = 0; w < width; w++) means[output + w] += values[leaf * width + w] / rows.rows;
      if (i % ROWS_A_STRETCH === 0) await turns.pause();
    }
  }
  return means;
}

function leafOf(tree: ExplainedTree, data: Float32Array, row: number): number {
  const { children, slot } = tree;
  let node = slot.length > 0 ? 0 : ~0;
  while (node >= 0) node = children[2 * node + Number(holds(tree, node, data[row + slot[node]]))];
  return ~node;
}

function holds({ border, missing, equal, sets }: ExplainedTree, node: number, value: number): boolean {
  if (Number.isNaN(value)) return missing[node] === 1;
  const set = sets?.[node];
  if (set) {
    const category = Math.trunc(value);
    const known = category >= 0 && category < set.length * 32;
    return !(known && ((set[category >> 5] >>> (category & 31)) & 1) === 1);
  }
  return equal?.[node] ? value === border[node] : value > border[node];
}

/** @throws TrainingFailedError - values and base do not add up to the model's own output: an error of ours */
async function checkSums(model: TreeExplanation, X: Matrix, worth: Worth, threads: number): Promise<void> {
  const { outputs, features, complement = false, treeCount, unit } = model;
  const scores = await model.scores(X, threads);
  const tolerance = TOLERANCE + (unit === 'raw' ? FLOAT32_STEP * treeCount : 0);
  const written = worth.outputs;
  await inTurns(X.rows, Math.max(1, Math.floor(500_000 / (outputs * features))), (from, to) => {
    for (let i = from; i < to; i++) {
      for (let k = 0; k < outputs; k++) {
        const output = complement ? 1 : k;
        let sum = worth.baseValues[output];
        let size = 1 + Math.abs(sum);
        for (let j = 0, p = (i * written + output) * features; j < features; j++, p++) {
          sum += worth.values[p];
          size += Math.abs(worth.values[p]);
        }
        if (Math.abs(sum - scores[i * outputs + k]) <= tolerance * size) continue;
        throw new TrainingFailedError(
          `shapValues: the values of row ${i} add up to ${sum}, the model says ${scores[i * outputs + k]}`,
          { hint: 'Please report this with the model; it is an error of the library.', details: { row: i, output } },
        );
      }
    }
  });
}
