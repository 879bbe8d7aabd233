/** Functions whose best value is known, for comparing what tuners reach with the same number of trials; bench/sides/tuning_native.py holds the same. */

export interface Range {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  readonly log?: boolean;
  readonly int?: boolean;
}

export interface Choices {
  readonly name: string;
  readonly choices: readonly string[];
}

export interface AnalyticFunction {
  readonly name: string;
  readonly space: readonly (Range | Choices)[];
  value(p: Readonly<Record<string, number | string>>): number;
}

const box = (dimensions: number, low: number, high: number): Range[] =>
  Array.from({ length: dimensions }, (_, i) => ({ name: `x${i}`, low, high }));

const vector = (p: Readonly<Record<string, number | string>>, n: number): number[] =>
  Array.from({ length: n }, (_, i) => Number(p[`x${i}`]));

/** Dixon and Szego (1978). */
const HARTMANN_A = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
];
const HARTMANN_P = [
  [1312, 1696, 5569, 124, 8283, 5886],
  [2329, 4135, 8307, 3736, 1004, 9991],
  [2348, 1451, 3522, 2883, 3047, 6650],
  [4047, 8828, 8732, 5743, 1091, 381],
];
const HARTMANN_C = [1, 1.2, 3, 3.2];

export const ANALYTIC_FUNCTIONS: readonly AnalyticFunction[] = [
  {
    name: 'branin',
    space: [
      { name: 'x0', low: -5, high: 10 },
      { name: 'x1', low: 0, high: 15 },
    ],
    value: (p) => {
      const [x, y] = vector(p, 2);
      const a = y - (5.1 / (4 * Math.PI ** 2)) * x * x + (5 / Math.PI) * x - 6;
      return a * a + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
    },
  },
  {
    name: 'hartmann6',
    space: box(6, 0, 1),
    value: (p) => {
      const x = vector(p, 6);
      let sum = 0;
      for (let i = 0; i < 4; i++) {
        let inner = 0;
        for (let j = 0; j < 6; j++) inner += HARTMANN_A[i][j] * (x[j] - HARTMANN_P[i][j] / 1e4) ** 2;
        sum -= HARTMANN_C[i] * Math.exp(-inner);
      }
      return sum;
    },
  },
  {
    name: 'rosenbrock4',
    space: box(4, -2, 2),
    value: (p) => {
      const x = vector(p, 4);
      let sum = 0;
      for (let i = 0; i < 3; i++) sum += 100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2;
      return sum;
    },
  },
  {
    name: 'ackley5',
    space: box(5, -15, 25),
    value: (p) => {
      const x = vector(p, 5);
      const squares = x.reduce((s, v) => s + v * v, 0) / 5;
      const waves = x.reduce((s, v) => s + Math.cos(2 * Math.PI * v), 0) / 5;
      return -20 * Math.exp(-0.2 * Math.sqrt(squares)) - Math.exp(waves) + 20 + Math.E;
    },
  },
  {
    name: 'styblinski-tang8',
    space: box(8, -5, 5),
    value: (p) => vector(p, 8).reduce((s, v) => s + (v ** 4 - 16 * v * v + 5 * v) / 2, 0),
  },
  {
    // A learner's settings in small: rates on a logarithmic scale, a whole number, a choice that shifts the optimum.
    name: 'mixed',
    space: [
      { name: 'rate', low: 1e-5, high: 1, log: true },
      { name: 'penalty', low: 1e-6, high: 10, log: true },
      { name: 'depth', low: 1, high: 16, int: true },
      { name: 'units', low: 8, high: 512, log: true, int: true },
      { name: 'kind', choices: ['a', 'b', 'c', 'd'] },
    ],
    value: (p) => {
      const kind = ['a', 'b', 'c', 'd'].indexOf(String(p.kind));
      const rate = Math.log10(Number(p.rate)) + 2 + 0.5 * kind;
      const penalty = Math.log10(Number(p.penalty)) + 3;
      const depth = (Number(p.depth) - 6 - kind) / 4;
      const units = Math.log2(Number(p.units)) - 6;
      return rate * rate + 0.3 * penalty * penalty + depth * depth + 0.2 * units * units + [0.6, 0.3, 0, 0.4][kind];
    },
  },
];
