/** Studies: what becomes of trials, whoever runs them and however they end. */
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  ConfigError,
  HyperparameterTuningError,
  InvalidInputError,
  TrainingCancelledError,
} from '../../src/core/errors.js';
import {
  categorical,
  createStudy,
  deleteStudy,
  failReason,
  float,
  InMemoryStorage,
  int,
  listStudies,
  loadStudy,
  RandomSampler,
  type Study,
  type Trial,
  TrialPruned,
} from '../../src/tuning/index.js';

const parabola = (trial: Trial): number => (trial.suggestFloat('x', -10, 10) - 2) ** 2;

/** A conditional space of every kind of parameter. */
function conditional(trial: Trial): number {
  const kind = trial.suggestCategorical('kind', ['tree', 'linear']);
  if (kind === 'linear') return 3 + Math.abs(Math.log10(trial.suggestFloat('C', 1e-4, 1e4, { log: true })));
  const depth = trial.suggestInt('depth', 1, 20);
  const share = trial.suggestFloat('share', 0.1, 1, { step: 0.1 });
  return Math.abs(depth - 7) + (share - 0.5) ** 2 + trial.suggestInt('leaves', 2, 1024, { log: true }) / 1024;
}

const summary = (study: Study) =>
  study.trials.map(({ number, state, values, params, intermediateValues }) => ({
    number,
    state,
    values,
    params,
    intermediateValues: [...intermediateValues],
  }));

describe('suggestions', () => {
  it('lie in their distributions, and are the same when asked for again', async () => {
    const study = await createStudy({ seed: 3 });
    await study.optimize(
      (trial) => {
        const a = trial.suggestFloat('a', 1e-5, 1, { log: true });
        const b = trial.suggestFloat('b', 0, 1, { step: 0.25 });
        const c = trial.suggestInt('c', -3, 9, { step: 4 });
        const d = trial.suggestInt('d', 1, 1000, { log: true });
        const e = trial.suggestCategorical('e', ['x', null, true, 4]);
        expect(a >= 1e-5 && a <= 1).toBe(true);
        expect([0, 0.25, 0.5, 0.75, 1]).toContain(b);
        expect([-3, 1, 5, 9]).toContain(c);
        expect(Number.isInteger(d) && d >= 1 && d <= 1000).toBe(true);
        expect(['x', null, true, 4]).toContain(e);
        expect(trial.suggestFloat('a', 1e-5, 1, { log: true })).toBe(a);
        expect(trial.suggest('one', [5, 5])).toBe(5);
        return a + b + c + d + (e === null ? 0 : 1);
      },
      { trials: 60 },
    );
    expect(study.trials.every(({ state }) => state === 'complete')).toBe(true);
    expect(new Set(study.trials.map(({ params }) => params.e)).size).toBe(4);
  });

  it('of a space are made at once: pairs are ranges, lists are choices, distributions themselves', async () => {
    const study = await createStudy({ sampler: new RandomSampler() });
    const trial = await study.ask({
      a: [1, 3],
      b: [0.5, 1.5],
      c: ['p', 'q', 'r'],
      d: categorical([2, 8]),
      e: float(1, 2),
      f: int(4, 4),
    });
    expect(trial.distributions).toEqual({
      a: int(1, 3),
      b: float(0.5, 1.5),
      c: categorical(['p', 'q', 'r']),
      d: categorical([2, 8]),
      e: float(1, 2),
      f: int(4, 4),
    });
    expect(trial.params.f).toBe(4);
  });

  it.each([
    ['ends out of order', (trial: Trial) => trial.suggestFloat('x', 2, 1)],
    ['an infinite range', (trial: Trial) => trial.suggestFloat('x', 0, Infinity)],
    ['the logarithm of 0', (trial: Trial) => trial.suggestFloat('x', 0, 1, { log: true })],
    ['halves of integers', (trial: Trial) => trial.suggestInt('x', 0.5, 3)],
    ['no choices', (trial: Trial) => trial.suggestCategorical('x', [])],
    ['a choice twice', (trial: Trial) => trial.suggestCategorical('x', [1, 1])],
    ['a negative step', (trial: Trial) => trial.suggestInt('x', 0, 3, { step: -1 })],
    ['an unknown option', (trial: Trial) => trial.suggestFloat('x', 0, 3, { logarithmic: true } as object)],
  ])('from %s are refused, and end tuning at once', async (_, suggest) => {
    const study = await createStudy();
    let calls = 0;
    const run = study.optimize((trial) => {
      calls++;
      return Number(suggest(trial));
    });
    await expect(run).rejects.toThrow(ConfigError);
    expect(calls).toBe(1);
    expect(study.trials.map(({ state }) => state)).toEqual(['fail']);
  });

  it('under one name keep their kind within a study', async () => {
    const study = await createStudy();
    await study.optimize((trial) => trial.suggestFloat('x', 0, 1), { trials: 1 });
    await study.optimize((trial) => trial.suggestFloat('x', 0, 2), { trials: 1 });
    await expect(study.optimize((trial) => trial.suggestInt('x', 0, 1), { trials: 1 })).rejects.toThrow(/other|range/);
  });
});

describe('optimize', () => {
  it('finds the minimum of a parabola, and the maximum of its opposite', async () => {
    const down = await createStudy({ seed: 1 });
    await down.optimize(parabola, { trials: 100 });
    expect(down.bestValue).toBeLessThan(0.05);
    expect(Math.abs(Number(down.bestParams.x) - 2)).toBeLessThan(0.3);
    const up = await createStudy({ seed: 1, direction: 'maximize' });
    await up.optimize((trial) => -parabola(trial), { trials: 100 });
    expect(up.trials.map(({ params }) => params)).toEqual(down.trials.map(({ params }) => params));
    expect(up.bestTrial.number).toBe(down.bestTrial.number);
  });

  it('gives the same trials for 1, 2 and 4 workers, however long each trial takes', async () => {
    const run = async (workers: number, delays: number) => {
      const study = await createStudy({ seed: 7 });
      await study.optimize(
        async (trial) => {
          await wait(((trial.number * delays) % 5) * 2);
          if (trial.number % 11 === 5) throw new Error('an unlucky number');
          return conditional(trial);
        },
        { trials: 40, workers },
      );
      return summary(study);
    };
    const one = await run(1, 0);
    expect(await run(2, 3)).toEqual(one);
    expect(await run(4, 2)).toEqual(one);
    expect(await run(4, 7)).toEqual(one);
  });

  it('gives other trials for another seed', async () => {
    const run = async (seed: number) => {
      const study = await createStudy({ seed });
      await study.optimize(conditional, { trials: 15 });
      return summary(study);
    };
    expect(await run(1)).toEqual(await run(1));
    expect(await run(2)).not.toEqual(await run(1));
  });

  it('runs no more trials at once than workers', async () => {
    const study = await createStudy();
    let [now, most] = [0, 0];
    const objective = async (trial: Trial): Promise<number> => {
      most = Math.max(most, ++now);
      await wait(2);
      now--;
      return parabola(trial);
    };
    await study.optimize(objective, { trials: 12, workers: 3 });
    expect(most).toBe(3);
  });

  it('keeps failed trials with their error and goes on', async () => {
    const study = await createStudy();
    await study.optimize(
      (trial) => {
        if (trial.number === 1) throw new RangeError('out of luck');
        if (trial.number === 2) return Number.NaN;
        if (trial.number === 3) return 'seven' as unknown as number;
        if (trial.number === 4) return [1, 2];
        return parabola(trial);
      },
      { trials: 7 },
    );
    expect(study.trials.map(({ state }) => state)).toEqual([
      'complete',
      'fail',
      'fail',
      'fail',
      'fail',
      'complete',
      'complete',
    ]);
    expect(study.trials.slice(1, 5).map(failReason)).toEqual([
      'RangeError: out of luck',
      'the value is NaN',
      expect.stringContaining('seven'),
      expect.stringContaining('2 values'),
    ]);
  });

  it('is a HyperparameterTuningError if every trial fails, with every reason', async () => {
    const study = await createStudy();
    const run = study.optimize(
      (trial) => {
        throw new Error(`no data ${trial.number}`);
      },
      { trials: 3 },
    );
    const error = await run.then(
      () => undefined,
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(HyperparameterTuningError);
    expect((error as HyperparameterTuningError).details.reasons).toEqual(
      [0, 1, 2].map((number) => ({ number, reason: `Error: no data ${number}` })),
    );
    expect(study.trials).toHaveLength(3);
    expect(() => study.bestTrial).toThrow(InvalidInputError);
  });

  it('ends at a timeout, at stop(), and tells its progress', async () => {
    const timed = await createStudy();
    await timed.optimize(
      async (trial) => {
        await wait(20);
        return parabola(trial);
      },
      { trials: 1000, timeout: 0.1 },
    );
    expect(timed.trials.length).toBeLessThan(50);
    expect(timed.trials.every(({ state }) => state === 'complete')).toBe(true);

    const stopped = await createStudy();
    const steps: number[] = [];
    await stopped.optimize(parabola, {
      callbacks: [
        (study, trial) => {
          if (trial.number === 4) study.stop();
        },
      ],
      onProgress: ({ step, metrics }) => {
        steps.push(step);
        expect(metrics?.best).toBe(stopped.bestValue);
      },
    });
    expect(steps).toEqual([1, 2, 3, 4, 5]);
  });

  it('can be cancelled, also while an objective takes no notice; running trials are kept as failed', async () => {
    const study = await createStudy();
    const controller = new AbortController();
    const run = study.optimize(
      async (trial) => {
        if (trial.number === 2) controller.abort();
        return trial.number < 2 ? parabola(trial) : new Promise<number>(() => {});
      },
      { signal: controller.signal },
    );
    await expect(run).rejects.toThrow(TrainingCancelledError);
    expect(study.trials.map(({ state }) => state)).toEqual(['complete', 'complete', 'fail']);
    await expect(study.optimize(parabola, { signal: controller.signal })).rejects.toThrow(TrainingCancelledError);
  });

  it.each([{ trials: 0 }, { workers: 1.5 }, { concurrency: 0 }, { timeout: -1 }, { trial: 5 }])(
    'refuses %j',
    async (options) => {
      const study = await createStudy();
      await expect(study.optimize(parabola, options as object)).rejects.toThrow(ConfigError);
    },
  );
});

describe('ask and tell', () => {
  it('end trials by value, as pruned or as failed', async () => {
    const study = await createStudy({ direction: 'maximize' });
    const a = await study.ask({ x: [0, 1] });
    const b = await study.ask();
    b.report(0.25, 1);
    b.report(0.75, 3);
    const c = await study.ask();
    expect([a.number, b.number, c.number]).toEqual([0, 1, 2]);
    await study.tell(c, 'fail', { reason: 'the machine was needed' });
    await study.tell(b, 'pruned');
    await study.tell(a.number, 4);
    expect(study.trials.map(({ state, values }) => [state, values])).toEqual([
      ['complete', [4]],
      ['pruned', [0.75]],
      ['fail', undefined],
    ]);
    expect([...study.trials[1].intermediateValues]).toEqual([
      [1, 0.25],
      [3, 0.75],
    ]);
    expect(study.bestTrial.number).toBe(0);
    await expect(study.tell(a, 5)).rejects.toThrow(InvalidInputError);
    const d = await study.ask();
    await expect(study.tell(d, [1, 2])).rejects.toThrow(InvalidInputError);
    await study.tell(d, 1);
  });

  it('report refuses what is no number or step, and prunes by TrialPruned', async () => {
    const study = await createStudy();
    const trial = await study.ask();
    expect(() => trial.report('x' as unknown as number, 1)).toThrow(InvalidInputError);
    expect(() => trial.report(1, -1)).toThrow(InvalidInputError);
    await study.tell(trial, 1);
    await study.optimize(
      (other) => {
        other.report(other.number, 0);
        throw new TrialPruned();
      },
      { trials: 2 },
    );
    expect(study.trials.map(({ state }) => state)).toEqual(['complete', 'pruned', 'pruned']);
  });

  it('trials that were enqueued come first, with their values', async () => {
    const study = await createStudy();
    await study.enqueueTrial({ x: 5 });
    await study.enqueueTrial({ x: 2000 });
    await study.optimize(parabola, { trials: 3 });
    expect(study.trials[0].params.x).toBe(5);
    expect(Math.abs(Number(study.trials[1].params.x))).toBeLessThanOrEqual(10);
    expect(study.trials).toHaveLength(3);
  });
});

describe('several objectives and constraints', () => {
  it('best trials are those that none beats in every direction', async () => {
    const study = await createStudy({ directions: ['minimize', 'maximize'] });
    const values = [
      [1, 1],
      [2, 5],
      [3, 4],
      [0, 0],
      [2, 5],
    ];
    await study.optimize((trial) => values[trial.number], { trials: 5 });
    expect(study.bestTrials.map(({ number }) => number)).toEqual([0, 1, 3, 4]);
    expect(() => study.bestTrial).toThrow(InvalidInputError);
    const trial = await study.ask();
    expect(() => trial.report(1, 1)).toThrow(InvalidInputError);
  });

  it('an infeasible trial is never the best, and is avoided', async () => {
    const study = await createStudy({ seed: 5, constraints: ({ params }) => [Number(params.x) - 1] });
    await study.optimize(parabola, { trials: 60 });
    expect(Number(study.bestParams.x)).toBeLessThanOrEqual(1);
    expect(Number(study.bestParams.x)).toBeGreaterThan(0.5);
    const late = study.trials.slice(30).filter(({ params }) => Number(params.x) <= 1);
    expect(late.length).toBeGreaterThan(15);
  });
});

describe('studies', () => {
  it('live in their storage under their name', async () => {
    const storage = new InMemoryStorage();
    const study = await createStudy({ name: 'first', storage, direction: 'maximize' });
    await study.optimize(parabola, { trials: 3 });
    await study.setUserAttr('by', 'me');
    await expect(createStudy({ name: 'first', storage })).rejects.toThrow(ConfigError);
    await expect(createStudy({ name: 'first', storage, loadIfExists: true, direction: 'minimize' })).rejects.toThrow(
      ConfigError,
    );
    const again = await createStudy({ name: 'first', storage, loadIfExists: true });
    expect(again.trials).toEqual(study.trials);
    expect(again.direction).toBe('maximize');
    expect(again.userAttrs).toEqual({ by: 'me' });
    expect((await loadStudy({ name: 'first', storage })).trials).toHaveLength(3);
    expect((await listStudies(storage)).map(({ name }) => name)).toEqual(['first']);
    await deleteStudy({ name: 'first', storage });
    expect(await listStudies(storage)).toEqual([]);
    await expect(loadStudy({ name: 'first', storage })).rejects.toThrow(ConfigError);
  });

  it.each([{ directon: 'minimize' }, { direction: 'down' }, { directions: [] }, { seed: -1 }, { name: '' }])(
    'are not made of %j',
    async (options) => {
      await expect(createStudy(options as object)).rejects.toThrow(ConfigError);
    },
  );
});
