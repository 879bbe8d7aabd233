import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { LogisticCoefficients } from '../../../src/classical/logistic/coefficients.js';
import type { LogisticJobResult } from '../../../src/classical/logistic/job.js';
import type { LogisticJobArgs } from '../../../src/classical/logistic/job-args.js';
import { type LogisticOptions, type LogisticResult, trainLogistic } from '../../../src/classical/logistic/train.js';
import { ConfigError, InvalidInputError, TrainingCancelledError } from '../../../src/core/errors.js';
import { Matrix } from '../../../src/core/matrix.js';
import type { ProgressEvent } from '../../../src/core/progress.js';
import { runJob } from '../../../src/kernels/pool.js';
import { BUSY_MACHINE } from '../../busy-machine.js';
import { plainLogistic, plainObjective } from '../../oracles/logistic.js';
import { difference, type RandomProblem, randomProblem, toRows } from './problems.js';

const one = { threads: 1 };

/** Weights and intercept of each output, as the oracle has them. */
function rowsOf({ outputs, features, weights, intercept }: LogisticCoefficients): number[][] {
  return Array.from({ length: outputs }, (_, k) => [
    ...weights.subarray(k * features, (k + 1) * features),
    intercept[k],
  ]);
}

function flat({ weights, intercept }: LogisticCoefficients): Float64Array {
  return Float64Array.of(...weights, ...intercept);
}

const sameBytes = (a: LogisticResult, b: LogisticResult) =>
  Buffer.from(flat(a.coefficients).buffer).equals(Buffer.from(flat(b.coefficients).buffer)) &&
  Buffer.from(a.losses.buffer).equals(Buffer.from(b.losses.buffer));

describe('trainLogistic', () => {
  const cases: [string, RandomProblem, LogisticOptions, boolean][] = [
    ['two classes', randomProblem(1, 120, 4, 2), {}, false],
    ['three classes, weighted', randomProblem(2, 150, 5, 3), { C: 0.3 }, true],
    ['five classes, weak penalty', randomProblem(3, 200, 3, 5), { C: 20 }, true],
    ['no penalty', randomProblem(4, 150, 3, 3), { penalty: 'none' }, true],
    ['no intercept', randomProblem(5, 90, 3, 3), { fitIntercept: false }, false],
    ['two classes without intercept', randomProblem(6, 90, 3, 2), { fitIntercept: false }, true],
    ['columns of very different scales', randomProblem(7, 150, 5, 3, (j) => 10 ** (3 * (j - 2))), {}, false],
    ['more features than rows', randomProblem(8, 20, 40, 3), {}, false],
    ['one row a class', randomProblem(9, 4, 3, 4), {}, false],
    ['one column, two rows', randomProblem(10, 2, 1, 2), { C: 5 }, false],
  ];

  it.each(cases)('finds the optimum that Newton steps find: %s', async (_, problem, options, weighted) => {
    const weights = weighted ? problem.weights : undefined;
    const result = await trainLogistic({ ...problem, weights }, options, one);
    const oracle = {
      X: toRows(problem.X),
      y: [...problem.y],
      weights: weights && [...weights],
      classes: problem.classes.length,
      C: options.penalty === 'none' ? Number.POSITIVE_INFINITY : (options.C ?? 1),
      fitIntercept: options.fitIntercept ?? true,
    };
    const want = plainLogistic(oracle);
    expect(result.warnings).toEqual([]);
    expect(result.converged).toBe(true);
    expect(result.objective).toBeCloseTo(plainObjective(oracle, rowsOf(result.coefficients)), 8);
    expect(Math.abs(result.objective - want.objective)).toBeLessThan(1e-9 * Math.max(1, want.objective));
    const found = rowsOf(result.coefficients);
    for (const [k, row] of want.coefficients.entries()) {
      row.forEach((value, j) => {
        expect(Math.abs(found[k][j] - value)).toBeLessThan(1e-5 * Math.max(1, Math.abs(value)));
      });
    }
  });

  it("equals scikit-learn's coefficients and objective (golden values)", async () => {
    const golden = JSON.parse(
      readFileSync(new URL('../../golden/logistic/sklearn.json', import.meta.url), 'utf8'),
    ) as Golden;
    for (const [i, problem] of golden.problems.entries()) {
      const classes = [...new Set(problem.y)].sort((a, b) => a - b);
      const data = {
        X: Matrix.from(problem.X),
        y: Float64Array.from(problem.y, (label) => classes.indexOf(label)),
        weights: problem.weights && Float32Array.from(problem.weights),
        classes,
      };
      const { coefficients, objective } = await trainLogistic(data, problem, one);
      const want = golden.fits[i];
      expect(difference(coefficients.weights, want.coef.flat()), `problem ${i}`).toBeLessThan(1e-5);
      expect(difference(coefficients.intercept, want.intercept), `problem ${i}`).toBeLessThan(1e-4);
      expect(Math.abs(objective / want.objective - 1), `problem ${i}`).toBeLessThan(1e-8);
    }
  });

  it('gives the same bytes for 1, 2 and 4 threads', async () => {
    const problem = randomProblem(11, 6000, 21, 3);
    const runs = [];
    for (const threads of [1, 2, 4]) runs.push(await trainLogistic(problem, {}, { threads }));
    expect(sameBytes(runs[0], runs[1])).toBe(true);
    expect(sameBytes(runs[0], runs[2])).toBe(true);
  });

  it('gives the same bytes for any thread count when the curvature is taken anew on the way', async () => {
    const problem = randomProblem(25, 5000, 9, 2);
    // Nearly separable: the curvature at the optimum is far from the one at the start.
    const y = problem.y.map((_, i) => (problem.X.data[i * 9] + problem.X.data[i * 9 + 1] > 0 ? 1 : 0));
    const run = (threads: number) => trainLogistic({ ...problem, y }, { C: 100 }, { threads });
    const [first, second] = [await run(1), await run(3)];
    expect(first.iterations).toBeGreaterThan(16);
    expect(first.converged).toBe(true);
    expect(sameBytes(first, second)).toBe(true);
  });

  it('gives the same bytes when X is too large to be copied into the working memory', async () => {
    const { X, y, weights } = randomProblem(26, 1000, 7, 3);
    const classTotals = new Float64Array(3);
    for (let i = 0; i < y.length; i++) classTotals[y[i]] += weights[i];
    const run = (residentLimit: number, threads: number) =>
      runJob<LogisticJobResult>({
        module: new URL('../../../src/classical/logistic/job.ts', import.meta.url),
        threads,
        args: {
          X: X.data,
          cols: 7,
          y: Int32Array.from(y),
          weights: Float64Array.from(weights),
          classes: 3,
          outputs: 3,
          residentLimit,
          classTotals,
          path: [{ l1: 0, l2: 1e-3 }],
          coordinate: false,
          fitIntercept: true,
          maxIterations: 100,
          tolerance: 1e-6,
        } satisfies LogisticJobArgs,
      });
    const resident = await run(1e9, 1);
    expect((await run(0, 1)).fits).toEqual(resident.fits);
    expect((await run(0, 2)).fits).toEqual(resident.fits);
  });

  it('keeps the event loop free', BUSY_MACHINE, async () => {
    const problem = randomProblem(27, 40_000, 50, 3);
    const plain = { ...problem, X: Matrix.wrap(Float32Array.from(problem.X.data), problem.X.cols) };
    let last = performance.now();
    let gap = 0;
    const timer = setInterval(() => {
      gap = Math.max(gap, performance.now() - last);
      last = performance.now();
    }, 1);
    await trainLogistic(plain, { classWeight: 'balanced' }, { threads: 2 });
    clearInterval(timer);
    expect(gap).toBeLessThan(50);
  });

  it('gives the same bytes again for the same data, and for data outside shared memory', async () => {
    const problem = randomProblem(12, 500, 6, 2);
    const first = await trainLogistic(problem, {}, one);
    const plain = { ...problem, X: Matrix.wrap(Float32Array.from(problem.X.data), problem.X.cols) };
    expect(sameBytes(first, await trainLogistic(plain, {}, one))).toBe(true);
  });

  it('treats an integer weight as repeated rows', async () => {
    const problem = randomProblem(13, 80, 4, 3);
    const counts = Uint32Array.from(problem.y, (_, i) => 1 + (i % 3));
    const repeated = Uint32Array.from([...counts.entries()].flatMap(([i, count]) => new Array<number>(count).fill(i)));
    const weighted = await trainLogistic({ ...problem, weights: counts }, {}, one);
    const expanded = await trainLogistic(
      {
        ...problem,
        X: problem.X.take(repeated),
        y: Float64Array.from(repeated, (i) => problem.y[i]),
        weights: undefined,
      },
      {},
      one,
    );
    expect(difference(flat(weighted.coefficients), flat(expanded.coefficients))).toBeLessThan(1e-6);
    expect(weighted.objective).toBeCloseTo(expanded.objective, 8);
  });

  it('treats a row of weight 0 as absent, to the byte', async () => {
    const problem = randomProblem(14, 300, 5, 3);
    const weights = problem.weights.map((w, i) => (i % 4 === 0 ? 0 : w));
    const kept = Uint32Array.from(weights.keys()).filter((i) => weights[i] > 0);
    const zeroed = await trainLogistic({ ...problem, weights }, { classWeight: 'balanced' }, one);
    const dropped = await trainLogistic(
      {
        ...problem,
        X: problem.X.take(kept),
        y: Float64Array.from(kept, (i) => problem.y[i]),
        weights: Float32Array.from(kept, (i) => weights[i]),
      },
      { classWeight: 'balanced' },
      one,
    );
    expect(sameBytes(zeroed, dropped)).toBe(true);
  });

  it('treats class weights as sample weights by class', async () => {
    const problem = { ...randomProblem(15, 120, 4, 3), classes: [-1, 0, 1] };
    const factors = [2, 0.5, 1];
    const byClass = await trainLogistic(problem, { classWeight: { '-1': 2, 0: 0.5 } }, one);
    const byRow = await trainLogistic(
      { ...problem, weights: problem.weights.map((w, i) => w * factors[problem.y[i]]) },
      {},
      one,
    );
    expect(difference(flat(byClass.coefficients), flat(byRow.coefficients))).toBeLessThan(1e-5);
  });

  it('gives every class the same say when balanced', async () => {
    const problem = randomProblem(16, 400, 2, 2);
    const few = Uint32Array.from(problem.y.keys()).filter((i) => problem.y[i] === 0 || i % 5 === 0);
    const data = { X: problem.X.take(few), y: Float64Array.from(few, (i) => problem.y[i]), classes: [0, 1] };
    const counts = [0, 1].map((k) => data.y.filter((label) => label === k).length);
    const record = { 0: few.length / (2 * counts[0]), 1: few.length / (2 * counts[1]) };
    const balanced = await trainLogistic(data, { classWeight: 'balanced' }, one);
    expect(sameBytes(balanced, await trainLogistic(data, { classWeight: record }, one))).toBe(true);
  });

  it('leaves a constant column at 0, and all others as they are without it', async () => {
    const problem = randomProblem(17, 100, 3, 3);
    const wide = Matrix.from(toRows(problem.X).map((row) => [row[0], 3e30, row[1], row[2]]));
    const without = await trainLogistic(problem, {}, one);
    const { coefficients, converged } = await trainLogistic({ ...problem, X: wide }, {}, one);
    expect(converged).toBe(true);
    for (let k = 0; k < 3; k++) {
      expect(coefficients.weights[k * 4 + 1]).toBe(0);
      expect(coefficients.weights[k * 4]).toBeCloseTo(without.coefficients.weights[k * 3], 5);
    }
  });

  it('stays finite and exact at scales of 1e30 and 1e-30', async () => {
    const scale = [1e30, 1, 1e-30];
    const problem = randomProblem(18, 200, 3, 2);
    const scaled = Matrix.from(toRows(problem.X).map((row) => row.map((v, j) => v * scale[j])));
    const { coefficients, converged } = await trainLogistic({ ...problem, X: scaled }, { penalty: 'none' }, one);
    const plain = await trainLogistic(problem, { penalty: 'none' }, one);
    expect(converged).toBe(true);
    coefficients.weights.forEach((w, j) => {
      expect(w * scale[j]).toBeCloseTo(plain.coefficients.weights[j], 4);
    });
  });

  it('starts from given coefficients', async () => {
    const problem = randomProblem(19, 300, 5, 3);
    const cold = await trainLogistic(problem, {}, one);
    const warm = await trainLogistic(problem, { start: cold.coefficients }, one);
    expect(warm.iterations).toBeLessThanOrEqual(1);
    expect(difference(flat(warm.coefficients), flat(cold.coefficients))).toBeLessThan(1e-5);
  });

  it('says how far from the optimum the iteration limit ended it', async () => {
    const result = await trainLogistic(randomProblem(20, 300, 8, 3), { maxIterations: 2 }, one);
    expect(result.iterations).toBe(2);
    expect(result.converged).toBe(false);
    expect(result.warnings).toHaveLength(1);
    expect(result.warnings[0]).toContain(`gradient is ${result.gradientNorm.toExponential(1)}`);
  });

  it('ends with a warning when separable classes have no penalty', async () => {
    const X = Matrix.from([[-2], [-1], [1], [2]]);
    const result = await trainLogistic(
      { X, y: Float64Array.of(0, 0, 1, 1), classes: [0, 1] },
      { penalty: 'none' },
      one,
    );
    expect(result.converged).toBe(false);
    expect(result.warnings[0]).toMatch(/separable/);
    expect(result.coefficients.weights[0]).toBeGreaterThan(5);
    expect(result.coefficients.weights.every(Number.isFinite)).toBe(true);
  });

  it('reports each iteration with a loss that does not rise', async () => {
    const events: ProgressEvent[] = [];
    const result = await trainLogistic(randomProblem(21, 500, 6, 3), {}, { ...one, onProgress: (e) => events.push(e) });
    expect(result.losses).toHaveLength(result.iterations);
    expect(events.at(-1)).toMatchObject({ phase: 'fit', step: result.iterations });
    expect(events.at(-1)?.metrics?.trainLoss).toBe(result.losses.at(-1));
    expect(result.losses.at(-1)).toBeLessThan(result.losses[0]);
  });

  it('stops within 200 ms of an abort, and the next fit works', BUSY_MACHINE, async () => {
    const problem = randomProblem(22, 30_000, 60, 3);
    const controller = new AbortController();
    let aborted = 0;
    const running = trainLogistic(
      problem,
      { tolerance: 1e-15 },
      {
        threads: 2,
        signal: controller.signal,
        onProgress: () => {
          if (aborted > 0) return;
          aborted = performance.now();
          controller.abort();
        },
      },
    );
    await expect(running).rejects.toBeInstanceOf(TrainingCancelledError);
    expect(performance.now() - aborted).toBeLessThan(200);
    expect((await trainLogistic(randomProblem(1, 50, 2, 2), {}, one)).converged).toBe(true);
  });

  it('refuses shapes that do not fit, and a class without weight', async () => {
    const problem = randomProblem(23, 30, 3, 3);
    const refused = (data: Partial<typeof problem>) =>
      expect(trainLogistic({ ...problem, ...data }, {}, one)).rejects.toBeInstanceOf(InvalidInputError);
    await refused({ y: new Float64Array(29) });
    await refused({ weights: new Float32Array(31) });
    await refused({ classes: [0] });
    await refused({ X: Matrix.zeros(0, 3), y: new Float64Array(0) });
    await refused({ weights: problem.weights.map((w, i) => (problem.y[i] === 2 ? 0 : w)) });
  });

  it('refuses a class weight for a label that does not occur', async () => {
    const running = trainLogistic(randomProblem(24, 30, 3, 2), { classWeight: { 7: 2 } }, one);
    await expect(running).rejects.toBeInstanceOf(ConfigError);
  });
});

interface Golden {
  readonly problems: readonly (LogisticOptions & { X: number[][]; y: number[]; weights?: number[] })[];
  readonly fits: readonly { coef: number[][]; intercept: number[]; objective: number }[];
}
