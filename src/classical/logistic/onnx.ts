/** A logistic regression as an ONNX graph, in double: scores, then the logistic function (one-vs-rest: divided by its sum) or softmax. */
import type { OnnxBody } from '../../model/onnx/export.js';
import { bothClasses, logistic, shares, softmax } from '../../model/onnx/links.js';
import type { LogisticCoefficients } from './coefficients.js';

export function logisticOnnx({ outputs, oneVsRest, features, weights, intercept }: LogisticCoefficients): OnnxBody {
  return (graph, X) => {
    const columns = new Float64Array(features * outputs);
    for (let k = 0; k < outputs; k++)
      for (let j = 0; j < features; j++) columns[j * outputs + k] = weights[k * features + j];
    const products = graph.node('MatMul', [
      graph.cast(X, 'double'),
      graph.constant({ type: 'double', dims: [features, outputs], values: columns }),
    ]);
    const scores = graph.node('Add', [products, graph.vector('double', intercept)]);
    if (oneVsRest) return shares(graph, logistic(graph, scores), outputs);
    return outputs === 1 ? bothClasses(graph, logistic(graph, scores)) : softmax(graph, scores);
  };
}
