/** A LightGBM model as an ONNX graph: zeros that count as missing, the trees, and the objective's link. */
import type { OnnxBody } from '../../model/onnx/export.js';
import type { OnnxGraph } from '../../model/onnx/graph.js';
import { bothClasses, logistic, shares, softmax } from '../../model/onnx/links.js';
import { addOnnxTrees, columnMask } from '../../trees/onnx-trees.js';
import { type LightGBMFile, ZERO_THRESHOLD } from './format.js';
import { type FileObjective, linkOf, taskOfFile } from './objective.js';

export function lightgbmOnnx({ ensemble, objective, zeroMissing }: LightGBMFile): OnnxBody {
  return (graph, X) => {
    const seen = zeroMissing ? zerosToMissing(graph, X, zeroMissing) : X;
    return addLink(graph, addOnnxTrees(graph, seen, ensemble), objective, ensemble.outputs);
  };
}

function zerosToMissing(graph: OnnxGraph, X: string, columns: Uint8Array): string {
  const small = graph.node('LessOrEqual', [graph.node('Abs', [X]), graph.scalar('float', ZERO_THRESHOLD)]);
  const missing = graph.node('And', [small, columnMask(graph, columns)]);
  return graph.node('Where', [missing, graph.scalar('float', Number.NaN), X]);
}

function addLink(graph: OnnxGraph, scores: string, objective: FileObjective, outputs: number): string {
  switch (linkOf(objective)) {
    case 'softmax':
      return softmax(graph, scores);
    case 'one-vs-all':
      return shares(graph, logistic(graph, scores, objective.sigmoid), outputs);
    case 'logistic': {
      const probability = logistic(graph, scores, objective.sigmoid);
      return taskOfFile(objective) === 'classification' ? bothClasses(graph, probability) : probability;
    }
    case 'exp':
      return graph.node('Exp', [scores]);
    case 'log1p-exp':
      return graph.node('Log', [graph.node('Add', [graph.node('Exp', [scores]), graph.scalar('double', 1)])]);
    default:
      return objective.sqrt
        ? graph.node('Mul', [graph.node('Sign', [scores]), graph.node('Mul', [scores, scores])])
        : scores;
  }
}
