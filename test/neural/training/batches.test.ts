import { describe, expect, it } from 'vitest';
import { Matrix } from '../../../src/core/matrix.js';
import { BatchSource } from '../../../src/neural/training/batches.js';

const samples = {
  base: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  channels: 2,
  ends: Uint32Array.of(1, 2, 3),
  length: 2,
  features: Matrix.from([[10], [20], [30]]),
  y: Float64Array.of(0, 2, 1),
  weights: Float32Array.of(1, 0.5, 2),
};

describe('batches', () => {
  it('are gathered from the base in either layout, the last one padded with rows of weight 0', () => {
    const byBatch = new BatchSource(samples, 'batch', 2, 3);
    expect(byBatch.batches).toBe(2);
    const order = Uint32Array.of(2, 0, 1);
    const first = byBatch.gather(order, 0);
    expect([...first.x]).toEqual([5, 6, 7, 8, 1, 2, 3, 4]);
    expect([...first.y]).toEqual([0, 1, 0, 1, 0, 0]);
    expect([...first.weights]).toEqual([2, 1]);
    expect([...(first.features ?? [])]).toEqual([30, 10]);
    const last = byBatch.gather(order, 1);
    expect([...last.x]).toEqual([3, 4, 5, 6, 0, 0, 0, 0]);
    expect([...last.y]).toEqual([0, 0, 1, 0, 0, 0]);
    expect([...last.weights]).toEqual([0.5, 0]);
    expect(last.size).toBe(1);
    const byTime = new BatchSource(samples, 'time', 2, 3);
    expect([...byTime.gather(order, 0).x]).toEqual([5, 6, 1, 2, 7, 8, 3, 4]);
    expect([...byTime.gather(order, 1).x]).toEqual([3, 4, 0, 0, 5, 6, 0, 0]);
  });

  it('hold targets as they are for a regression', () => {
    expect([...new BatchSource(samples, 'batch', 4, 1).gather(Uint32Array.of(1), 0).y]).toEqual([2, 0, 0, 0]);
  });
});
