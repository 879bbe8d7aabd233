/** Made-up outputs of models, with as much signal as asked for. */
import { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';
import type { ScoredRows } from '../../src/evaluation/measured-split.js';

export const HOUR = 3_600_000;
export const START = Date.UTC(2024, 0, 1);

export interface Made {
  readonly seed?: number;
  readonly classes?: readonly number[];
  /** How much the truth adds to its class's score. */
  readonly signal?: number;
  /** Hours between rows; none: no times. */
  readonly hours?: number;
  readonly groups?: number;
}

export function classified(
  n: number,
  { seed = 1, classes = [0, 1], signal = 1, hours, groups }: Made = {},
): ScoredRows {
  const random = new Random(seed);
  const y = Float64Array.from({ length: n }, () => classes[random.int(classes.length)]);
  const P = Array.from(y, (label) => {
    const raw = classes.map((c) => 0.1 + random.float() + (c === label ? signal * random.float() : 0));
    const total = raw.reduce((a, b) => a + b, 0);
    return raw.map((v) => v / total);
  });
  return {
    y,
    ...(hours !== undefined && { times: y.map((_, i) => START + i * hours * HOUR) }),
    ...(groups !== undefined && { groups: Array.from(y, (_, i) => `g${i % groups}`) }),
    output: {
      predictions: Float32Array.from(P, (row) => classes[row.indexOf(Math.max(...row))]),
      probabilities: Matrix.from(P),
      classes,
    },
  };
}

export function valued(n: number, noise: number, seed = 1): ScoredRows {
  const random = new Random(seed);
  const y = Float64Array.from({ length: n }, () => 10 + random.normal());
  return { y, output: { predictions: y.map((v) => v + noise * random.normal()), classes: [] } };
}
