import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minimise, type Problem } from '../../../src/classical/logistic/lbfgs.js';

const plain = (g: Float64Array, out: Float64Array): void => out.set(g);
const options = { maxIterations: 500, tolerance: 1e-10 };

/** Rosenbrock's valley. */
const rosenbrock: Problem = {
  evaluate([a, b], gradient) {
    gradient[0] = -400 * a * (b - a * a) - 2 * (1 - a);
    gradient[1] = 200 * (b - a * a);
    return 100 * (b - a * a) ** 2 + (1 - a) ** 2;
  },
  precondition: plain,
};

describe('minimise', () => {
  it('finds the minimum of quadratics of any condition', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.01, max: 100, noNaN: true }), { minLength: 1, maxLength: 8 }),
        (curvature) => {
          const problem: Problem = {
            evaluate(x, gradient) {
              let value = 0;
              curvature.forEach((c, j) => {
                gradient[j] = c * (x[j] - j);
                value += 0.5 * c * (x[j] - j) ** 2;
              });
              return value;
            },
            precondition: plain,
          };
          const found = minimise(problem, new Float64Array(curvature.length).fill(3), {
            ...options,
            maxIterations: 3000,
          });
          expect(found.gradientNorm).toBeLessThan(1e-6);
          curvature.forEach((_, j) => {
            expect(found.x[j]).toBeCloseTo(j, 4);
          });
        },
      ),
    );
  });

  it('follows a curved valley', () => {
    const found = minimise(rosenbrock, Float64Array.of(-1.2, 1), options);
    expect(found.status).toBe('converged');
    expect(found.x[0]).toBeCloseTo(1, 8);
    expect(found.iteration).toBeLessThan(60);
  });

  it('needs one step when the preconditioner is the inverse Hessian', () => {
    const problem: Problem = {
      evaluate([a, b], gradient) {
        gradient[0] = 1e6 * a;
        gradient[1] = 1e-6 * (b - 5);
        return 0.5 * (1e6 * a * a + 1e-6 * (b - 5) ** 2);
      },
      precondition(g, out) {
        out[0] = g[0] / 1e6;
        out[1] = g[1] / 1e-6;
      },
    };
    const found = minimise(problem, Float64Array.of(1, 1), options);
    expect([found.status, found.iteration]).toEqual(['converged', 1]);
  });

  it('backs off from points where the value is not finite', () => {
    const problem: Problem = {
      evaluate([x], gradient) {
        gradient[0] = x > 0 ? 1 - 1 / x : Number.NaN;
        return x > 0 ? x - Math.log(x) : Number.NaN;
      },
      precondition: (g, out) => {
        out[0] = 100 * g[0];
      },
    };
    expect(minimise(problem, Float64Array.of(3), options).x[0]).toBeCloseTo(1, 8);
  });

  it('says how it ended: limit, stalled by rounding, or ended by the caller', () => {
    expect(minimise(rosenbrock, Float64Array.of(-1.2, 1), { ...options, maxIterations: 3 })).toMatchObject({
      status: 'limit',
      iteration: 3,
    });
    const ended = minimise(rosenbrock, Float64Array.of(-1.2, 1), { ...options, onIteration: (s) => s.iteration === 2 });
    expect([ended.status, ended.iteration]).toEqual(['ended', 2]);
    const wrong: Problem = {
      evaluate([x], gradient) {
        gradient[0] = -1;
        return x;
      },
      precondition: plain,
    };
    expect(minimise(wrong, Float64Array.of(0), options).status).toBe('stalled');
  });

  it('takes no step from the minimum', () => {
    const found = minimise(rosenbrock, Float64Array.of(1, 1), options);
    expect([found.status, found.iteration, found.evaluations]).toEqual(['converged', 0, 1]);
  });
});
