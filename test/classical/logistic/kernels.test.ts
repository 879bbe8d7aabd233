import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exp, log, sigmoid, softplus } from '../../../src/core/math.js';
import { Random } from '../../../src/core/random.js';
import type { KernelExports } from '../../../src/kernels/exports.js';

const memory = new WebAssembly.Memory({ initial: 64, maximum: 65536, shared: true });
const wasm = new WebAssembly.Module(readFileSync(new URL('../../../src/kernels/kernels.wasm', import.meta.url)));
const imports = { env: { memory, abort: () => {} } };
const kernels = new WebAssembly.Instance(wasm, imports).exports as unknown as KernelExports;

/** Places arrays one after another, 16 bytes apart, and gives their addresses. */
function place(...arrays: (Float32Array | Float64Array | Int32Array)[]): number[] {
  let top = 65536;
  return arrays.map((array) => {
    const address = top;
    new Uint8Array(memory.buffer, address, array.byteLength + 16).fill(0);
    new Uint8Array(memory.buffer, address, array.byteLength).set(
      new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
    );
    top = Math.ceil((top + array.byteLength + 16) / 16) * 16;
    return address;
  });
}

const doubles = (address: number, length: number) => new Float64Array(memory.buffer, address, length).slice();
const bits = (values: ArrayLike<number>) => [...new BigUint64Array(Float64Array.from(values).buffer)];

const EDGES = [0, -0, 1, -1, 709.78, 709.79, -708.3, -708.4, -745.13, -745.14, 1e-300, 5e-324, 1e308, Number.EPSILON];
const SPECIAL = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

describe('exp and log of the kernels', () => {
  const random = new Random(1);
  const spread = Float64Array.from({ length: 20_000 }, () => (random.float() - 0.5) * 1500);
  const positive = spread.map((v) => exp(v / 2.2));

  it('have the bits of core/math for every argument', () => {
    for (const x of [...EDGES, ...SPECIAL, ...spread]) {
      expect(Object.is(kernels.mathExp(x), exp(x)) || `exp(${x})`).toBe(true);
    }
    for (const x of [...EDGES, ...SPECIAL, ...positive, ...spread.slice(0, 100)]) {
      expect(Object.is(kernels.mathLog(x), log(x)) || `log(${x})`).toBe(true);
    }
    fc.assert(
      fc.property(fc.double(), (x) => Object.is(kernels.mathExp(x), exp(x)) && Object.is(kernels.mathLog(x), log(x))),
    );
  });

  it('have the same bits in two lanes, within their range', () => {
    const inRange = spread.map((v) => v * (700 / 750));
    const [a, b] = place(inRange, positive);
    kernels.mathExpAll(a, inRange.length);
    kernels.mathLogAll(b, positive.length);
    expect(bits(doubles(a, inRange.length))).toEqual(bits(inRange.map(exp)));
    expect(bits(doubles(b, positive.length))).toEqual(bits(positive.map(log)));
  });
});

/** Two lane sums over even and odd columns, then the intercept: the kernels' order, written plainly. */
function plainScore(x: Float32Array, row: number, cols: number, w: Float64Array, offset: number): number {
  const lanes = [0, 0];
  for (let j = 0; j < cols; j++) lanes[j & 1] += x[row * cols + j] * w[offset + j];
  return lanes[0] + lanes[1] + w[offset + cols + (cols & 1)];
}

const shapes = fc.record({
  rows: fc.integer({ min: 1, max: 21 }),
  cols: fc.integer({ min: 1, max: 13 }),
  seed: fc.nat(),
});

describe('linear kernels', () => {
  it('score and differentiate exactly as the plain loops do, blocked or not', () => {
    fc.assert(
      fc.property(shapes, ({ rows, cols, seed }) => {
        const random = new Random(seed);
        const normal = (n: number) => Float64Array.from({ length: n }, () => random.normal());
        const even = cols + (cols & 1);
        const stride = even + 2;
        const tile = 24;
        const x = Float32Array.from(normal(rows * cols));
        const w = normal(3 * stride);
        if (cols & 1) for (let k = 0; k < 3; k++) w[k * stride + cols] = 0;
        const start = normal(3 * stride);
        const [px, pw, ps, p1, pg, p3] = place(
          x,
          w,
          new Float64Array(3 * tile),
          new Float64Array(3 * tile),
          start,
          start.slice(),
        );
        kernels.linearScores3(px, cols, rows, cols, pw, stride, ps, tile);
        for (let k = 0; k < 3; k++) kernels.linearScores1(px, cols, rows, cols, pw + k * stride * 8, p1 + k * tile * 8);
        const scores = doubles(ps, 3 * tile);
        expect(bits(doubles(p1, 3 * tile))).toEqual(bits(scores));
        for (let k = 0; k < 3; k++) {
          for (let i = 0; i < rows; i++) expect(scores[k * tile + i]).toBe(plainScore(x, i, cols, w, k * stride));
        }
        kernels.linearGradient3(px, cols, rows, cols, ps, tile, pg, stride);
        for (let k = 0; k < 3; k++) {
          kernels.linearGradient1(px, cols, rows, cols, ps + k * tile * 8, p3 + k * stride * 8);
          for (let j = 0; j < cols; j++) {
            let g = start[k * stride + j];
            for (let i = 0; i < rows; i++) g += scores[k * tile + i] * x[i * cols + j];
            expect(doubles(pg, 3 * stride)[k * stride + j]).toBe(g);
            expect(doubles(p3, 3 * stride)[k * stride + j]).toBe(g);
          }
        }
      }),
    );
  });

  it('give the softmax residuals and loss of the plain formula, extreme scores included', () => {
    fc.assert(
      fc.property(
        shapes,
        fc.integer({ min: 2, max: 5 }),
        fc.constantFrom(1, 30, 1e4),
        ({ rows, seed }, classes, size) => {
          const random = new Random(seed);
          const tile = 24;
          const scores = Float64Array.from({ length: classes * tile }, () => size * random.normal());
          const y = Int32Array.from({ length: rows + 1 }, (_, i) => (i < rows ? random.int(classes) : 0));
          const weights = Float64Array.from({ length: rows + 1 }, (_, i) => (i < rows ? random.float() : 0));
          const [ps, py, pw] = place(scores, y, weights);
          const loss = kernels.softmaxResiduals(ps, tile, rows, classes, py, pw);
          let want = 0;
          for (let i = 0; i < rows; i++) {
            const own = Array.from({ length: classes }, (_, k) => scores[k * tile + i]);
            const top = Math.max(...own);
            const total = own.reduce((sum, s) => sum + exp(s - top), 0);
            want += weights[i] * (log(total) + top - own[y[i]]);
            own.forEach((s, k) => {
              const residual = weights[i] * (exp(s - top) / total - (k === y[i] ? 1 : 0));
              expect(doubles(ps, classes * tile)[k * tile + i]).toBeCloseTo(residual, 13);
            });
          }
          expect(Math.abs(loss - want)).toBeLessThanOrEqual(1e-12 * Math.max(1, want));
        },
      ),
    );
  });

  it('give the sigmoid residuals and loss of one class against the rest by the plain formula, extreme scores included', () => {
    fc.assert(
      fc.property(shapes, fc.constantFrom(1, 30, 1e4), fc.constantFrom(0, 1, 2), ({ rows, seed }, size, own) => {
        const random = new Random(seed);
        const scores = Float64Array.from({ length: rows + 1 }, () => size * random.normal());
        const y = Int32Array.from({ length: rows + 1 }, (_, i) => (i < rows ? random.int(3) : 0));
        const weights = Float64Array.from({ length: rows + 1 }, (_, i) => (i < rows ? random.float() : 0));
        const [ps, py, pw] = place(scores, y, weights);
        const loss = kernels.sigmoidResiduals(ps, rows, py, own, pw);
        let want = 0;
        for (let i = 0; i < rows; i++) {
          want += weights[i] * softplus(y[i] === own ? -scores[i] : scores[i]);
          expect(doubles(ps, rows)[i]).toBeCloseTo(weights[i] * (sigmoid(scores[i]) - (y[i] === own ? 1 : 0)), 13);
        }
        expect(Math.abs(loss - want)).toBeLessThanOrEqual(1e-12 * Math.max(1, want));
      }),
    );
  });
});
