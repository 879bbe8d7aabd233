import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type KernelFunction, kernelScale, kernelValue, scaleRow } from '../../../src/classical/svm/kernel.js';
import { writeWave } from '../../../src/classical/svm/linear/waves.js';
import { kernelOfPanel } from '../../../src/classical/svm/smo/kernel-rows.js';
import { Random } from '../../../src/core/random.js';
import type { KernelExports } from '../../../src/kernels/exports.js';
import { kernelMatrix } from '../../oracles/svm.js';

const memory = new WebAssembly.Memory({ initial: 64, maximum: 65536, shared: true });
const wasm = new WebAssembly.Module(readFileSync(new URL('../../../src/kernels/kernels.wasm', import.meta.url)));
const imports = { env: { memory, abort: () => {} } };
const kernels = new WebAssembly.Instance(wasm, imports).exports as unknown as KernelExports;
const floats = new Float32Array(memory.buffer);
const doubles = new Float64Array(memory.buffer);

const [PANEL, QUERY, OUT] = [1 << 16, 1 << 20, (1 << 20) + (1 << 16)];

const functions: Record<string, KernelFunction> = {
  linear: { name: 'linear', gamma: 0, coef0: 0, degree: 3 },
  rbf: { name: 'rbf', gamma: 0.13, coef0: 0, degree: 3 },
  'rbf, wide': { name: 'rbf', gamma: 4e-7, coef0: 0, degree: 3 },
  'rbf, narrow': { name: 'rbf', gamma: 900, coef0: 0, degree: 3 },
  poly: { name: 'poly', gamma: 0.2, coef0: 0.7, degree: 3 },
  'poly of degree 0': { name: 'poly', gamma: 0.2, coef0: 0, degree: 0 },
  'poly of degree 7': { name: 'poly', gamma: 0.05, coef0: -0.3, degree: 7 },
  sigmoid: { name: 'sigmoid', gamma: 0.03, coef0: -0.04, degree: 3 },
  'sigmoid, saturated': { name: 'sigmoid', gamma: 60, coef0: 1, degree: 3 },
};

describe('kernel rows', () => {
  const random = new Random(4);
  const cols = 11;
  const rows = Array.from({ length: 64 }, () => Array.from({ length: cols }, () => Math.fround(2 * random.normal())));

  it.each(Object.keys(functions))('%s: the SIMD kernels have the bits of the plain ones, which are right', (name) => {
    const kernel = functions[name];
    const { factor, gamma } = kernelScale(kernel);
    const all = Float32Array.from(rows.flat());
    const scaled = new Float32Array(all.length);
    rows.forEach((_, i) => {
      scaleRow(all, i * cols, cols, factor, scaled, i * cols, 1);
      scaleRow(all, i * cols, cols, factor, floats, PANEL / 4 + Math.floor(i / 32) * 32 * cols + (i % 32), 32);
    });
    const right = kernelMatrix(rows, kernel);
    for (const query of [0, 5, 63]) {
      floats.set(scaled.subarray(query * cols, (query + 1) * cols), QUERY / 4);
      kernelOfPanel(kernels, kernel, gamma, PANEL, 2, cols, QUERY, OUT);
      rows.forEach((_, i) => {
        const value = floats[OUT / 4 + i];
        expect(Object.is(value, kernelValue(kernel, gamma, scaled, query * cols, scaled, i * cols, cols))).toBe(true);
        expect(Math.abs(value - right[query][i])).toBeLessThan(3e-5 * Math.max(1, Math.abs(right[query][i])));
      });
    }
  });

  it('are the same whichever of the two rows is the query', () => {
    const kernel = functions.rbf;
    const all = Float32Array.from(rows.flat());
    for (let i = 0; i < 64; i++) {
      const there = kernelValue(kernel, 0.13, all, i * cols, all, (63 - i) * cols, cols);
      expect(kernelValue(kernel, 0.13, all, (63 - i) * cols, all, i * cols, cols)).toBe(there);
    }
  });

  it('stay finite for values near the ends of float32', () => {
    const kernel: KernelFunction = { name: 'rbf', gamma: 1e-60, coef0: 0, degree: 3 };
    const { factor, gamma } = kernelScale(kernel);
    const extreme = Float32Array.of(1e30, -3e38, 1e-38, 2e30);
    const scaled = new Float32Array(4);
    scaleRow(extreme, 0, 4, factor, scaled, 0, 1);
    expect(kernelValue(kernel, gamma, scaled, 0, scaled, 3, 1)).toBeCloseTo(Math.exp(-1), 5);
    expect(
      kernelValue({ ...kernel, gamma: 50 }, 50, Float32Array.of(1e18), 0, Float32Array.of(-1e18), 0, 1),
    ).toBeGreaterThanOrEqual(0);
  });
});

describe('waves', () => {
  it('the SIMD kernel has the bits of the plain one, which is right', () => {
    const random = new Random(9);
    const phases = Float32Array.from({ length: 4096 }, (_, i) => random.normal() * 10 ** ((i % 12) - 6));
    phases.set([0, -0, 1e-40, 3.4e38, -3.4e38, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]);
    phases.set([Math.PI / 4, -Math.PI / 4, Math.PI / 2, Math.PI, 1e5, -1e5], 8);
    const [SINES, n] = [OUT + 16384, phases.length];
    floats.set(phases, OUT / 4);
    kernels.svmWaves(OUT, n, 0.25, OUT, SINES);
    const wave = new Float32Array(2);
    phases.forEach((phase, i) => {
      writeWave(phase, 0.25, wave, 0);
      expect(Object.is(floats[OUT / 4 + i], wave[0]) && Object.is(floats[SINES / 4 + i], wave[1])).toBe(true);
      if (Math.abs(phase) <= 1e5) {
        const tolerance = 1e-7 + 1e-8 * Math.abs(phase);
        expect(Math.abs(4 * wave[0] - Math.cos(phase))).toBeLessThan(tolerance);
        expect(Math.abs(4 * wave[1] - Math.sin(phase))).toBeLessThan(tolerance);
      } else expect(wave.every(Number.isFinite)).toBe(true);
    });
  });
});

describe('passes over the errors', () => {
  const n = 96;
  const [E, UP, LOW, ROW_I, ROW_J, DIAGONAL, RESULT] = [0, 1, 2, 3, 4, 5, 6].map((k) => (1 << 16) + k * 4096);
  const at = (address: number, length = n) => doubles.subarray(address / 8, address / 8 + length);
  const rowAt = (address: number) => floats.subarray(address / 4, address / 4 + n);
  const random = new Random(9);

  function fill(): void {
    for (let k = 0; k < n; k++) {
      at(E)[k] = random.normal();
      at(UP)[k] = [0, -0.1, Number.NEGATIVE_INFINITY][random.int(3)];
      at(LOW)[k] = [0, 0.1, Number.POSITIVE_INFINITY][random.int(3)];
      rowAt(ROW_I)[k] = random.float();
      rowAt(ROW_J)[k] = random.float();
      rowAt(DIAGONAL)[k] = 1;
    }
  }

  function peaks(e: Float64Array): [number, number, number] {
    let [top, index, least] = [Number.NEGATIVE_INFINITY, -1, Number.POSITIVE_INFINITY];
    e.forEach((value, k) => {
      if (value + at(UP)[k] > top) [top, index] = [value + at(UP)[k], k];
      least = Math.min(least, value + at(LOW)[k]);
    });
    return [top, index, least];
  }

  it('find the first of the largest, and the least', () => {
    for (let times = 0; times < 20; times++) {
      fill();
      if (times % 2 === 0) for (let k = 0; k < n; k++) at(E)[k] = Math.round(at(E)[k]);
      kernels.svmPeaks(E, UP, LOW, 0, n, RESULT);
      expect([...at(RESULT, 3)]).toEqual(peaks(at(E)));
    }
    at(UP).fill(Number.NEGATIVE_INFINITY);
    at(LOW).fill(Number.POSITIVE_INFINITY);
    kernels.svmPeaks(E, UP, LOW, 0, n, RESULT);
    expect([...at(RESULT, 3)]).toEqual([Number.NEGATIVE_INFINITY, -1, Number.POSITIVE_INFINITY]);
  });

  it('move the errors along two kernel rows', () => {
    fill();
    const expected = at(E).map((value, k) => value - 0.37 * (rowAt(ROW_I)[k] - rowAt(ROW_J)[k]));
    kernels.svmStep(ROW_I, ROW_J, 0.37, E, UP, LOW, 0, n, RESULT);
    expect([...at(E)]).toEqual([...expected]);
    expect([...at(RESULT, 3)]).toEqual(peaks(expected));
  });

  it('choose the partner of the largest second-order gain, the first of equal ones', () => {
    for (let times = 0; times < 20; times++) {
      fill();
      if (times % 2 === 0) for (let k = 0; k < n; k++) [at(E)[k], rowAt(ROW_I)[k]] = [Math.round(at(E)[k]), 0.5];
      const m = 1.5;
      let [best, index] = [0, -1];
      for (let k = 0; k < n; k++) {
        const b = Math.max(0, m - (at(E)[k] + at(LOW)[k]));
        const value = (b * b) / Math.max(1e-12, 1 + rowAt(DIAGONAL)[k] - 2 * rowAt(ROW_I)[k]);
        if (value > best) [best, index] = [value, k];
      }
      kernels.svmPartner(ROW_I, 1, m, E, LOW, DIAGONAL, 0, n, RESULT);
      expect([...at(RESULT, 3)]).toEqual([best, index, at(E)[index] + at(LOW)[index]]);
    }
  });
});
