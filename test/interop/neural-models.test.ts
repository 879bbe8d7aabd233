/** A neural model's saved graph in Python's onnxruntime: missing values, any batch size, both tasks. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Matrix } from '../../src/core/matrix.js';
import type { BaseModel, ModelClass } from '../../src/model/base-model.js';
import { CNN1DModel, GRUModel, HybridModel, LSTMModel, TCNModel, TransformerModel } from '../../src/neural/index.js';
import { signalWindows } from '../neural/signal.js';
import { expectSameInOnnxruntime } from './onnx-check.js';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-neural-onnx-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const { X, y, value } = signalWindows(120);
for (let p = 5; p < X.base.data.length; p += 17) X.base.data[p] = Number.NaN;
const rows = Array.from({ length: 30 }, (_, i) => {
  const window = Matrix.wrap(X.window(i), X.base.cols);
  return Array.from({ length: X.length }, (_step, t) => [...window.row(t)]);
});

const small = { epochs: 2, batchSize: 64 };
const cases: [string, ModelClass, Record<string, unknown>][] = [
  ['lstm', LSTMModel as never, { hiddenSize: 7 }],
  [
    'lstm, bidirectional with attention',
    LSTMModel as never,
    { hiddenSize: 5, bidirectional: true, pooling: 'attention' },
  ],
  ['gru', GRUModel as never, { hiddenSize: 7 }],
  ['gru, mean of the states', GRUModel as never, { hiddenSize: 5, numLayers: 1, pooling: 'mean' }],
  ['tcn', TCNModel as never, { hiddenSize: 6, numLayers: 2 }],
  [
    'tcn, layer norm, attention',
    TCNModel as never,
    { hiddenSize: 6, numLayers: 2, norm: 'layer', pooling: 'attention' },
  ],
  ['cnn1d', CNN1DModel as never, { filters: [6, 8] }],
  ['transformer', TransformerModel as never, { hiddenSize: 8, numHeads: 2 }],
  [
    'transformer, causal, learned positions, gelu, normalised after',
    TransformerModel as never,
    { hiddenSize: 8, causal: true, positions: 'learned', activation: 'gelu', preNorm: false, pooling: 'last' },
  ],
];

describe.each(cases)('%s', (_, Model, config) => {
  it('gives the same probabilities in onnxruntime', async () => {
    const model = new Model({ ...small, ...config });
    await model.fit({ X, y: y.map((label, i) => (i % 5 === 0 ? -1 : label)) });
    const { operators } = await expectSameInOnnxruntime(model, rows, directory);
    expect(operators).toContain('IsNaN');
  });

  it('gives the same values in onnxruntime', async () => {
    const model = new Model({ ...small, ...config, task: 'regression' });
    await model.fit({ X, y: value.map((v) => 100 + 10 * v) });
    await expectSameInOnnxruntime(model, rows, directory);
  });
});

it('a hybrid model gives the same probabilities in onnxruntime, from two inputs', async () => {
  const model = new HybridModel({ ...small, hiddenSize: 6, featureSizes: [5], headSizes: [4] });
  const features = Matrix.from(Array.from(y, (_, i) => [i % 7 === 0 ? Number.NaN : i % 3, value[i] > 1 ? 5 : -2]));
  await model.fit({ X: { features, sequences: X }, y });
  await expectSameInOnnxruntime(
    model as unknown as BaseModel,
    { features: rows.map((_, i) => [...features.row(i)]), sequences: rows },
    directory,
  );
});
