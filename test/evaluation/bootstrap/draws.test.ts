import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.js';
import { automaticBlockLength } from '../../../src/evaluation/bootstrap/block-length.js';
import { type DrawUnits, drawer } from '../../../src/evaluation/bootstrap/draws.js';
import type { Resampling } from '../../../src/evaluation/validation-metrics.js';

const ALL: Resampling[] = ['rows', 'stratified', 'stationary', 'circular', 'moving'];

function drawn(units: DrawUnits, resampling: Resampling, blockLength: number, sample: number, seed = 1): Uint32Array {
  const counts = new Uint32Array(units.rows);
  drawer(units, { resampling, blockLength, seed })(sample, counts);
  return counts;
}
const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);

describe('draws', () => {
  const n = 50;
  const classes = Int32Array.from({ length: n }, (_, i) => (i % 7 === 0 ? 2 : 0));

  it.each(ALL)(
    '%s: as many rows as there are, the same for the same seed and number, whatever was drawn before',
    (how) => {
      const units = { rows: n, classes };
      const draw = drawer(units, { resampling: how, blockLength: 4, seed: 8 });
      const counts = new Uint32Array(n);
      draw(3, counts);
      const third = counts.slice();
      expect(sum(third)).toBe(n);
      draw(0, counts);
      expect(counts).not.toEqual(third);
      draw(3, counts);
      expect(counts).toEqual(third);
      expect(drawn(units, how, 4, 3, 8)).toEqual(third);
      expect(drawn(units, how, 4, 3, 9)).not.toEqual(third);
    },
  );

  it.each(ALL)('%s: every row is as likely as any other (moving: all but those at the ends)', (how) => {
    const totals = new Float64Array(n);
    for (let sample = 0; sample < 2000; sample++) {
      const counts = drawn({ rows: n, classes }, how, 5, sample);
      for (let i = 0; i < n; i++) totals[i] += counts[i] / 2000;
    }
    const inner = how === 'moving' ? totals.slice(5, -5) : totals;
    for (const share of inner) expect(Math.abs(share - sum(inner) / inner.length)).toBeLessThan(0.25);
  });

  it('stratified keeps the number of rows of each class', () => {
    for (let sample = 0; sample < 20; sample++) {
      const counts = drawn({ rows: n, classes }, 'stratified', 1, sample);
      expect(sum(counts.filter((_, i) => classes[i] === 2))).toBe(8);
    }
  });

  it('blocks hold neighbours: circular ones meet at the ends, moving ones never do', () => {
    for (let sample = 0; sample < 40; sample++) {
      const moving = drawn({ rows: 12 }, 'moving', 12, sample);
      expect(Array.from(moving)).toEqual(Array(12).fill(1));
      // One block of 7 and the first 5 of another.
      const circular = drawn({ rows: 12 }, 'circular', 7, sample);
      const edges = Array.from(circular).filter((count, i) => count !== circular[(i + 1) % 12]).length;
      expect(edges).toBeLessThanOrEqual(4);
    }
  });

  it('stationary runs of mean length 1 are rows by themselves; long runs leave few rows between', () => {
    const changes = (length: number) => {
      let total = 0;
      for (let sample = 0; sample < 200; sample++) {
        const counts = drawn({ rows: 400 }, 'stationary', length, sample);
        for (let i = 1; i < 400; i++) if (counts[i] !== counts[i - 1]) total++;
      }
      return total / 200;
    };
    // Runs begin and end 2 n / length times; of rows by themselves some neighbours are drawn equally often by chance.
    expect(changes(1)).toBeGreaterThan(220);
    expect(changes(40)).toBeGreaterThan(14);
    expect(changes(40)).toBeLessThan(24);
  });

  it('rows of one time are drawn together, in whatever order they lie', () => {
    // Times 0, 1, 0, 1, 2: units (0, 2), (1, 3), (4).
    const units = { rows: 5, positions: Uint32Array.of(0, 2, 1, 3, 4), starts: Uint32Array.of(0, 2, 4, 5) };
    for (let sample = 0; sample < 20; sample++) {
      const counts = drawn(units, 'stationary', 2, sample);
      expect(counts[0]).toBe(counts[2]);
      expect(counts[1]).toBe(counts[3]);
      expect(counts[0] + counts[1] + counts[4]).toBe(3);
    }
  });
});

describe('automaticBlockLength', () => {
  const random = new Random(2);
  const autoregressive = (n: number, phi: number) => {
    let x = 0;
    return Float64Array.from({ length: n }, () => (x = phi * x + random.normal()));
  };

  it('grows with how much neighbours depend on one another', () => {
    const lengths = [0, 0.5, 0.9].map((phi) => automaticBlockLength(autoregressive(2000, phi)).stationary);
    expect(lengths[0]).toBeLessThan(3);
    expect(lengths[1]).toBeGreaterThan(lengths[0]);
    expect(lengths[2]).toBeGreaterThan(2 * lengths[1]);
  });

  it('is 1 for series that say nothing, and at most min(3 sqrt(n), n / 3)', () => {
    expect(automaticBlockLength([5, 5, 5, 5, 5, 5])).toEqual({ stationary: 1, circular: 1 });
    expect(automaticBlockLength([1, 2])).toEqual({ stationary: 1, circular: 1 });
    const { stationary, circular } = automaticBlockLength(Array.from({ length: 100 }, (_, i) => i));
    expect(stationary).toBeLessThanOrEqual(30);
    expect(circular).toBeLessThanOrEqual(30);
  });
});
