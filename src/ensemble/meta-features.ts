/** What members say of rows, side by side: the columns that a meta-model learns from. */
import { log } from '../core/math.js';
import { Matrix } from '../core/matrix.js';
import { inTurns } from '../core/turns.js';
import type { OnnxGraph } from '../model/onnx/graph.js';
import type { Opinion } from './combine.js';
import type { MetaInput } from './meta-config.js';

/** Probabilities are kept this far from 0 and 1 before their logarithm is taken. */
const LEAST = 1e-6;

/** Columns that each member has: of two classes the second one's, else one a class; one of a regression. */
export const columnsOf = (classes: number): number => (classes > 2 ? classes : 1);

/**
 * (n, members * columns + features). Of two classes the probability of the second says all; scikit-learn has the same columns in the same
 * order.
 */
export async function metaFeatures(
  opinions: readonly Opinion[],
  classes: number,
  input: MetaInput,
  features: Matrix | undefined,
): Promise<Matrix> {
  const [{ rows, cols }] = opinions;
  const own = columnsOf(classes);
  const first = cols - own;
  const passed = features?.cols ?? 0;
  const out = Matrix.zeros(rows, opinions.length * own + passed);
  const logits = input === 'logits' && classes > 0;
  await inTurns(rows, Math.max(1, Math.floor(200_000 / out.cols)), (from, to) => {
    for (let i = from, p = from * out.cols; i < to; i++) {
      for (const { data } of opinions) {
        for (let k = first; k < cols; k++) {
          const value = data[i * cols + k];
          out.data[p++] = logits ? logitOf(value, classes) : value;
        }
      }
      if (features) {
        out.data.set(features.data.subarray(i * passed, (i + 1) * passed), p);
        p += passed;
      }
    }
  });
  return out;
}

function logitOf(probability: number, classes: number): number {
  const p = Math.min(Math.max(probability, LEAST), 1 - LEAST);
  return classes === 2 ? log(p) - log(1 - p) : log(p);
}

/** Names of the columns: `lightgbm` of two classes and of a regression, `lightgbm = 3` of class 3; those of the features after them. */
export function metaNames(
  members: readonly string[],
  labels: readonly number[],
  features: readonly string[],
): string[] {
  const own = members.flatMap((name) => (labels.length > 2 ? labels.map((label) => `${name} = ${label}`) : [name]));
  const taken = new Set(own);
  return [...own, ...features.map((name) => unused(name, taken))];
}

function unused(name: string, taken: Set<string>): string {
  let free = name;
  while (taken.has(free)) free = `${free} (feature)`;
  taken.add(free);
  return free;
}

/** The same columns of double tensors (n, classes) or (n, 1), and float features, as a float tensor. */
export function metaFeaturesOnnx(
  graph: OnnxGraph,
  opinions: readonly string[],
  classes: number,
  input: MetaInput,
  features: string | undefined,
): string {
  const parts = opinions.map((opinion) => {
    const seen =
      classes === 2 ? graph.node('Gather', [opinion, graph.vector('int64', [1])], { axis: { int: 1 } }) : opinion;
    return graph.cast(input === 'logits' && classes > 0 ? logitOnnx(graph, seen, classes) : seen, 'float');
  });
  const all = features === undefined ? parts : [...parts, features];
  return all.length === 1 ? all[0] : graph.node('Concat', all, { axis: { int: 1 } });
}

function logitOnnx(graph: OnnxGraph, value: string, classes: number): string {
  const low = graph.node('Max', [value, graph.scalar('double', LEAST)]);
  const p = graph.node('Min', [low, graph.scalar('double', 1 - LEAST)]);
  const first = graph.node('Log', [p]);
  if (classes !== 2) return first;
  return graph.node('Sub', [first, graph.node('Log', [graph.node('Sub', [graph.scalar('double', 1), p])])]);
}
