/** MiniRocket as standard ONNX operators: the same float32 sums in the same order, so that no value falls on the other side of a bias. */
import type { OnnxBody } from '../../model/onnx/export.js';
import type { OnnxGraph } from '../../model/onnx/graph.js';
import { bothClasses, logistic, softmax } from '../../model/onnx/links.js';
import type { Task } from '../../model/types.js';
import type { RocketModel } from './format.js';
import { type Convolution, KERNELS, kernelTaps, type RocketPlan, TAPS } from './plan.js';

export function rocketBody({ rocket, outputs, weights, intercept, steepness }: RocketModel, task: Task): OnnxBody {
  const { plan, biases } = rocket;
  return (graph, X) => {
    // (n, channels, length)
    const series = graph.node('Transpose', [X], { perm: { ints: [0, 2, 1] } });
    const groups = byDilation(plan);
    const parts = groups.map((group) => sharesOf(graph, series, group, plan, biases));
    const features = parts.length === 1 ? parts[0] : graph.node('Concat', parts, { axis: { int: 1 } });
    const columns = new Float64Array(plan.numFeatures * outputs);
    for (let k = 0; k < outputs; k++) {
      for (let j = 0; j < plan.numFeatures; j++) columns[j * outputs + k] = weights[k * plan.numFeatures + j];
    }
    const matrix = graph.constant({ type: 'double', dims: [plan.numFeatures, outputs], values: columns });
    const products = graph.node('MatMul', [graph.cast(features, 'double'), matrix]);
    const values = graph.node('Add', [products, graph.vector('double', intercept)]);
    if (task === 'regression') return values;
    if (outputs === 1) return bothClasses(graph, logistic(graph, values, 2 * steepness));
    return softmax(graph, graph.node('Mul', [values, graph.scalar('double', steepness)]));
  };
}

/** The 84 convolutions of each dilation. */
function byDilation({ convolutions }: RocketPlan): Convolution[][] {
  const groups: Convolution[][] = [];
  for (let from = 0; from < convolutions.length; from += KERNELS) groups.push(convolutions.slice(from, from + KERNELS));
  return groups;
}

/** (n, features of the dilation), in the order of their positions. */
function sharesOf(
  graph: OnnxGraph,
  series: string,
  group: readonly Convolution[],
  { length, channels }: RocketPlan,
  biases: Float32Array,
): string {
  const [{ dilation, count, first }] = group;
  const margin = ((TAPS - 1) / 2) * dilation;
  const inputs = channels === 1 ? series : channelSums(graph, series, group);
  const pads = graph.vector('int64', [0, 0, margin, 0, 0, margin]);
  const padded = graph.node('Pad', [inputs, pads, graph.scalar('float', 0)]);
  /** The input moved so that tap `tap` lies at each position: (n, 84, length), or (n, 1, length) for one channel. */
  const shifted = Array.from({ length: TAPS }, (_, tap) =>
    graph.node('Slice', [
      padded,
      graph.vector('int64', [tap * dilation]),
      graph.vector('int64', [tap * dilation + length]),
      graph.vector('int64', [2]),
    ]),
  );
  const taps = shifted.slice(1).reduce((sum, tap) => graph.node('Add', [sum, tap]), shifted[0]);
  const [a, b, c] = [0, 1, 2].map((which) => chosenTaps(graph, shifted, group, which, channels));
  const own = graph.node('Add', [graph.node('Add', [a, b]), c]);
  const values = graph.node('Sub', [graph.node('Mul', [graph.scalar('float', 3), own]), taps]);
  // (n, 84, 1, length) above (84, count, 1)
  const ranged = graph.node('Unsqueeze', [values, graph.vector('int64', [2])]);
  const limits = graph.constant({
    type: 'float',
    dims: [KERNELS, count, 1],
    values: biases.subarray(first, first + KERNELS * count),
  });
  const above = graph.cast(graph.node('Greater', [ranged, limits]), 'float');
  const counted = graph.node('Mul', [above, countedPositions(graph, group, length, margin)]);
  const sums = graph.node('ReduceSum', [counted, graph.vector('int64', [3])], { keepdims: { int: 0 } });
  const scales = group.map(({ padded: all }) => Math.fround(1 / (all ? length : length - 2 * margin)));
  const shares = graph.node('Mul', [sums, graph.constant({ type: 'float', dims: [KERNELS, 1], values: scales })]);
  return graph.node('Reshape', [shares, graph.vector('int64', [-1, KERNELS * count])]);
}

/** 1 where a kernel's values count, (84, 1, length). */
function countedPositions(graph: OnnxGraph, group: readonly Convolution[], length: number, margin: number): string {
  const values = new Float32Array(KERNELS * length);
  for (const [kernel, { padded }] of group.entries()) {
    const from = padded ? 0 : margin;
    values.fill(1, kernel * length + from, (kernel + 1) * length - from);
  }
  return graph.constant({ type: 'float', dims: [KERNELS, 1, length], values });
}

/** The shifted input of each kernel's tap number `which` of weight 2: (n, 84, length). */
function chosenTaps(
  graph: OnnxGraph,
  shifted: readonly string[],
  group: readonly Convolution[],
  which: number,
  channels: number,
): string {
  if (channels === 1) {
    const all = graph.node('Concat', shifted, { axis: { int: 1 } });
    const index = group.map(({ kernel }) => kernelTaps[kernel][which]);
    return graph.node('Gather', [all, graph.vector('int64', index)], { axis: { int: 1 } });
  }
  // Rows of nine taps for each kernel, side by side: (n, 9 * 84, length).
  const all = graph.node('Concat', shifted, { axis: { int: 1 } });
  const index = group.map(({ kernel }) => kernelTaps[kernel][which] * KERNELS + kernel);
  return graph.node('Gather', [all, graph.vector('int64', index)], { axis: { int: 1 } });
}

/** For each of 84 kernels the sum of its channels, in their order: (n, 84, length). A kernel with fewer than others adds zeros. */
function channelSums(graph: OnnxGraph, series: string, group: readonly Convolution[]): string {
  const most = Math.max(...group.map(({ channels }) => channels.length));
  let sum = '';
  for (let slot = 0; slot < most; slot++) {
    const index = group.map(({ channels }) => channels[slot] ?? 0);
    let part = graph.node('Gather', [series, graph.vector('int64', index)], { axis: { int: 1 } });
    const there = group.map(({ channels }) => (slot < channels.length ? 1 : 0));
    if (there.includes(0)) {
      part = graph.node('Mul', [part, graph.constant({ type: 'float', dims: [KERNELS, 1], values: there })]);
    }
    sum = slot === 0 ? part : graph.node('Add', [sum, part]);
  }
  return sum;
}
