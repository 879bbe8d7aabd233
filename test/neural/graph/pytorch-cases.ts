/** Small trainings that PyTorch has done in float64 (test/interop/make-neural-golden.py): networks, losses, optimisers. */
import { type NetworkKind, networkOf } from '../../../bench/neural-networks.js';
import { Random } from '../../../src/core/random.js';
import { Graph } from '../../../src/neural/graph/graph.js';
import type { LossOptions } from '../../../src/neural/graph/losses.js';
import { initialParameters, namedParameters, parameterPlaces } from '../../../src/neural/graph/parameters.js';

export const BATCH_SIZE = 4;
export const SIZE = { steps: 7, channels: 5, width: 8, outputs: 3 };

export interface PytorchCase {
  name: string;
  network: NetworkKind;
  loss: LossOptions;
  optimiser: { kind: 'sgd' | 'adam'; learningRate: number } & Record<string, number | boolean | string>;
  clip: number | null;
  updates: number;
}

const gradient = { optimiser: { kind: 'sgd', learningRate: 1 }, clip: null, updates: 1 } as const;
const crossEntropy = { kind: 'cross-entropy' } as const;
const gru = { network: 'gru', loss: crossEntropy, clip: null, updates: 3 } as const;

export const CASES: readonly PytorchCase[] = [
  { name: 'gradient of lstm', network: 'lstm', loss: crossEntropy, ...gradient },
  { name: 'gradient of gru', network: 'gru', loss: crossEntropy, ...gradient },
  { name: 'gradient of tcn', network: 'tcn', loss: crossEntropy, ...gradient },
  { name: 'gradient of tcn with all steps', network: 'tcn-all-steps', loss: crossEntropy, ...gradient },
  { name: 'gradient of transformer', network: 'transformer', loss: crossEntropy, ...gradient },
  { name: 'smoothed labels', network: 'gru', loss: { kind: 'cross-entropy', labelSmoothing: 0.1 }, ...gradient },
  { name: 'squared error', network: 'gru', loss: { kind: 'mse' }, ...gradient },
  { name: 'Huber loss', network: 'gru', loss: { kind: 'huber', delta: 0.3 }, ...gradient },
  { name: 'clipped gradient', ...gru, optimiser: { kind: 'sgd', learningRate: 1 }, clip: 0.05 },
  { name: 'momentum', ...gru, optimiser: { kind: 'sgd', learningRate: 0.1, momentum: 0.9, weightDecay: 0.01 } },
  { name: 'adam', ...gru, optimiser: { kind: 'adam', learningRate: 0.01 } },
  { name: 'adam with a penalty', ...gru, optimiser: { kind: 'adam', learningRate: 0.01, weightDecay: 0.1 } },
  { name: 'adamw', ...gru, optimiser: { kind: 'adam', learningRate: 0.01, weightDecay: 0.1, decoupled: true } },
];

export interface CaseData {
  parameters: Float32Array;
  shapes: Record<string, number[]>;
  /** (batch, steps, channels) */
  x: Float32Array;
  /** (batch, outputs) */
  targets: Float32Array;
  weights: Float32Array;
}

/** First parameters and one batch. */
export function caseData({ network, loss }: PytorchCase): CaseData {
  const { steps, channels, outputs } = SIZE;
  const graph = new Graph('training', BATCH_SIZE);
  networkOf(network, SIZE)(graph);
  const random = new Random(11);
  const draw = (count: number) => Float32Array.from({ length: count }, () => random.normal());
  const x = draw(BATCH_SIZE * steps * channels);
  const values = draw(BATCH_SIZE * outputs);
  const classes = Array.from({ length: BATCH_SIZE }, (_, i) => i % outputs);
  const oneHot = Float32Array.from(values, (_, i) => (classes[Math.floor(i / outputs)] === i % outputs ? 1 : 0));
  return {
    parameters: initialParameters(graph.parameters, 7),
    shapes: Object.fromEntries(parameterPlaces(graph).map(({ name, shape }) => [name, [...shape]])),
    x,
    targets: loss.kind === 'cross-entropy' ? oneHot : values,
    weights: Float32Array.from([1, 0.5, 2, 0]),
  };
}

/** What the Python script reads. */
export function describeCases(): unknown {
  return CASES.map((each) => {
    const { parameters, shapes, x, targets, weights } = caseData(each);
    const places = Object.entries(shapes).map(([name, shape], i, all) => ({
      name,
      shape,
      offset: all.slice(0, i).reduce((sum, [, before]) => sum + before.reduce((a, b) => a * b, 1), 0),
    }));
    const named = Object.fromEntries(
      Object.entries(namedParameters(places, parameters)).map(([name, v]) => [name, [...v]]),
    );
    return {
      ...each,
      size: SIZE,
      batch: BATCH_SIZE,
      shapes,
      parameters: named,
      x: [...x],
      targets: [...targets],
      weights: [...weights],
    };
  });
}
