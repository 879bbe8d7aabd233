/** An XGBoost model as an ONNX graph: trees or linear weights, then the objective's link. */
import type { OnnxBody } from '../../model/onnx/export.js';
import type { OnnxGraph } from '../../model/onnx/graph.js';
import { bothClasses, columns, logistic, softmax } from '../../model/onnx/links.js';
import { addOnnxTrees } from '../../trees/onnx-trees.js';
import type { LinearWeights, XGBoostFile } from './format.js';
import { linkOf, taskOfObjective } from './objective.js';

/** @param main - of several outputs of a regression the one that `predict` returns */
export function xgboostOnnx({ ensemble, linear, objective }: XGBoostFile, main: number): OnnxBody {
  const { outputs } = ensemble;
  return (graph, X) => {
    const scores = linear
      ? addLinear(graph, X, linear, ensemble.float32Start ?? [0])
      : addOnnxTrees(graph, X, ensemble);
    const link = linkOf(objective);
    const predictions =
      link === 'softmax'
        ? softmax(graph, scores)
        : link === 'logistic'
          ? logistic(graph, scores)
          : link === 'exp'
            ? graph.node('Exp', [scores])
            : link === 'step'
              ? graph.cast(graph.node('Greater', [scores, graph.scalar('double', 0)]), 'double')
              : scores;
    if (taskOfObjective(objective) === 'classification') {
      return outputs === 1 ? bothClasses(graph, predictions) : predictions;
    }
    return outputs === 1 ? predictions : columns(graph, predictions, [main]);
  };
}

/** Missing values are left out of the sums. */
function addLinear(graph: OnnxGraph, X: string, { weights }: LinearWeights, start: readonly number[]): string {
  const outputs = start.length;
  const features = weights.length / outputs - 1;
  const known = graph.node('Where', [graph.node('IsNaN', [X]), graph.scalar('float', 0), X]);
  const products = graph.node('MatMul', [
    graph.cast(known, 'double'),
    graph.constant({ type: 'double', dims: [features, outputs], values: weights.subarray(0, features * outputs) }),
  ]);
  const bias = start.map((value, k) => value + weights[features * outputs + k]);
  return graph.node('Add', [products, graph.vector('double', bias)]);
}
