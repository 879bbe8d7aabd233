/** A calibration of probabilities as ONNX nodes in double. */
import type { OnnxGraph } from '../model/onnx/graph.js';
import { bothClasses, columns, logistic, shares, softmax } from '../model/onnx/links.js';
import { LEAST_PROBABILITY } from './beta.js';
import type { IsotonicCurve } from './isotonic.js';
import type { ProbabilityMap } from './probability-map.js';
import { FLOOR } from './temperature.js';

/** (n, classes) probabilities in double to calibrated ones. */
export function calibratedOnnx(graph: OnnxGraph, P: string, map: ProbabilityMap, classes: number): string {
  // As predict hands them on: rounded to float32.
  const rounded = graph.cast(graph.cast(P, 'float'), 'double');
  if (map.method === 'temperature') {
    const logs = graph.node('Log', [graph.node('Max', [rounded, graph.scalar('double', FLOOR)])]);
    return softmax(graph, graph.node('Div', [logs, graph.scalar('double', map.map.temperature)]));
  }
  const p = classes === 2 ? columns(graph, rounded, [1]) : rounded;
  const mapped =
    map.method === 'isotonic'
      ? isotonicColumns(
          graph,
          p,
          map.maps.map(({ curve }) => curve),
        )
      : sigmoids(graph, p, map);
  return classes === 2 ? bothClasses(graph, mapped) : shares(graph, mapped, classes);
}

function sigmoids(
  graph: OnnxGraph,
  p: string,
  map: Exclude<ProbabilityMap, { method: 'temperature' | 'isotonic' }>,
): string {
  const low = graph.node('Max', [p, graph.scalar('double', LEAST_PROBABILITY)]);
  const bounded = graph.node('Min', [low, graph.scalar('double', 1 - LEAST_PROBABILITY)]);
  const first = graph.node('Log', [bounded]);
  const second = graph.node('Log', [graph.node('Sub', [graph.scalar('double', 1), bounded])]);
  const each =
    map.method === 'platt'
      ? map.maps.map(({ sigmoid: { slope, offset } }) => ({ a: slope, b: slope, offset }))
      : map.maps.map((one) => one.map);
  const scaled = (logs: string, factors: number[]) => graph.node('Mul', [logs, graph.vector('double', factors)]);
  const difference = graph.node('Sub', [
    scaled(
      first,
      each.map(({ a }) => a),
    ),
    scaled(
      second,
      each.map(({ b }) => b),
    ),
  ]);
  return logistic(
    graph,
    graph.node('Add', [
      difference,
      graph.vector(
        'double',
        each.map(({ offset }) => offset),
      ),
    ]),
  );
}

/** y_0 plus, for each piece of the curve, its slope times how far x has come in it. */
function isotonicColumns(graph: OnnxGraph, p: string, curves: readonly IsotonicCurve[]): string {
  const results = curves.map(({ x, y }, k) => {
    const column = curves.length === 1 ? p : columns(graph, p, [k]);
    if (x.length === 1)
      return graph.node('Add', [graph.node('Mul', [column, graph.scalar('double', 0)]), graph.scalar('double', y[0])]);
    const starts = Array.from(x.subarray(0, -1));
    const widths = starts.map((start, i) => x[i + 1] - start);
    const come = graph.node('Max', [
      graph.node('Sub', [column, graph.vector('double', starts)]),
      graph.scalar('double', 0),
    ]);
    const within = graph.node('Min', [come, graph.vector('double', widths)]);
    const slopes = Float64Array.from(widths, (width, i) => (y[i + 1] - y[i]) / width);
    const rise = graph.node('MatMul', [
      within,
      graph.constant({ type: 'double', dims: [slopes.length, 1], values: slopes }),
    ]);
    return graph.node('Add', [rise, graph.scalar('double', y[0])]);
  });
  return results.length === 1 ? results[0] : graph.node('Concat', results, { axis: { int: 1 } });
}
