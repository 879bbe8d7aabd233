/** The leak prover: names the step that looked ahead, how far and into which columns; and stays silent about pipelines that do not. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError, TrainingCancelledError } from '../../src/core/errors.js';
import { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';
import { Table } from '../../src/core/table.js';
import type { PreprocessingOptions } from '../../src/preprocessing/options.js';
import { PreprocessingPipeline } from '../../src/preprocessing/pipeline.js';
import { proveNoLeak } from '../../src/validation/prove-no-leak.js';

const MINUTE = 60_000;

/** Numbers with gaps, text, entities and labels that are known three rows later; a row a minute. */
function table(rows: number, seed = 1): Table {
  const random = new Random(seed);
  const numbers = () =>
    Float64Array.from({ length: rows }, () => (random.float() < 0.1 ? Number.NaN : 100 + 5 * random.normal()));
  return Table.fromColumns({
    time: { kind: 'time', values: Float64Array.from({ length: rows }, (_, i) => i * MINUTE) },
    a: numbers(),
    b: numbers(),
    side: Array.from({ length: rows }, () => (random.float() < 0.1 ? null : ['buy', 'sell', 'none'][random.int(3)])),
    who: Array.from({ length: rows }, () => ['x', 'y'][random.int(2)]),
    label: Float64Array.from({ length: rows }, () => random.int(2)),
    known: { kind: 'time', values: Float64Array.from({ length: rows }, (_, i) => (i + 3) * MINUTE) },
  });
}

const columns = { time: 'time', label: 'label', labelEnd: 'known' } as const;

/** `a` of `ahead` rows later, as column `late`. */
const lead = (ahead: number) => ({
  name: `lead ${ahead}`,
  run: (t: Table) => {
    const a = t.numeric('a');
    return t.with(
      'late',
      a.map((_, i) => a[i + ahead] ?? Number.NaN),
    );
  },
});
const lag = {
  name: 'lag',
  run: (t: Table) => {
    const a = t.numeric('a');
    return t.with(
      'early',
      a.map((_, i) => a[i - 1] ?? Number.NaN),
    );
  },
};
const scale = {
  name: 'scale',
  run: (t: Table) => {
    const b = t.numeric('b').map((v) => (Number.isNaN(v) ? 0 : v));
    const mean = b.reduce((sum, v) => sum + v, 0) / b.length;
    return t.with(
      'b',
      b.map((v) => v - mean),
    );
  },
};

const options: fc.Arbitrary<PreprocessingOptions> = fc.record(
  {
    imputation: fc.record({
      strategy: fc.constantFrom('median', 'mean', 'most-frequent', 'constant', 'none'),
    }),
    scaling: fc.record({
      method: fc.constantFrom('standard', 'robust', 'min-max', 'quantile', 'none'),
      clip: fc.boolean(),
    }),
    encoding: fc.record({
      method: fc.constantFrom('one-hot', 'ordinal', 'target', 'frequency', 'none'),
      missing: fc.constantFrom('ignore', 'category'),
    }),
    expressions: fc.constantFrom<Record<string, string>[]>(
      {},
      { ratio: 'log(a / b)' },
      { spread: 'a - b', twice: '2 * a' },
    ),
    lags: fc.constantFrom([], [{ column: ['a'], periods: [1, 4] }]),
    differences: fc.constantFrom([], [{ column: 'b', periods: 2, relative: true }]),
    rolling: fc.array(
      fc.record({
        column: fc.constant('a'),
        window: fc.integer({ min: 2, max: 9 }),
        statistics: fc.constantFrom(
          'mean',
          'sum',
          'std',
          'min',
          'max',
          'median',
          'quantile',
          'skew',
          'zscore',
          'count',
        ),
        minPeriods: fc.integer({ min: 1, max: 2 }),
      }),
      { maxLength: 1 },
    ),
    ewm: fc.constantFrom([], [{ column: 'b', span: 5, statistics: ['mean', 'std'] as const }]),
    timeFeatures: fc.constantFrom(['minute', 'dayOfWeek'] as const, ['hour'] as const),
    dropConstant: fc.boolean(),
  },
  { requiredKeys: ['encoding'] },
);

describe('proveNoLeak', () => {
  it('has nothing to say about any pipeline of the library, whatever is in it', async () => {
    await fc.assert(
      fc.asyncProperty(
        options,
        fc.integer({ min: 30, max: 90 }),
        fc.boolean(),
        fc.nat(),
        async (chosen, rows, grouped, seed) => {
          const report = await proveNoLeak(new PreprocessingPipeline(chosen), table(rows, seed), {
            cut: 0.6,
            ...columns,
            ...(grouped && { group: 'who' }),
            seed,
          });
          expect(report.leaks).toEqual([]);
          expect(report.inconclusive).toEqual([]);
          expect(report.ok).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('finds every lead, however short, and says how far it reaches', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 20 }), fc.nat(), async (ahead, seed) => {
        const { leaks, ok } = await proveNoLeak([lag, lead(ahead)], table(100, seed), {
          cut: 60,
          perturbations: ['truncated', 'extreme'],
        });
        expect(ok).toBe(false);
        expect(leaks.every(({ step, columns }) => step === `lead ${ahead}` && columns[0].name === 'late')).toBe(true);
        const extreme = leaks.find(({ perturbation }) => perturbation === 'extreme');
        expect(extreme).toMatchObject({ reach: ahead, columns: [{ rows: ahead, firstRow: 60 - ahead, lastRow: 59 }] });
      }),
      { numRuns: 25 },
    );
  });

  it('names each step that leaks, and no step that only passes a leak on', async () => {
    const report = await proveNoLeak([lag, lead(2), scale, lag], table(80), { cut: 50, ...columns }).catch((e) => e);
    expect(report).toBeInstanceOf(InvalidInputError);
    const named = await proveNoLeak([lag, lead(2), scale, new PreprocessingPipeline()], table(80), {
      cut: 50 * MINUTE,
      ...columns,
    });
    expect(named.steps.map(({ name, ok }) => [name, ok])).toEqual([
      ['lag', true],
      ['lead 2', false],
      ['scale', false],
      ['preprocessing', true],
    ]);
    expect(new Set(named.leaks.map(({ step }) => step))).toEqual(new Set(['lead 2', 'scale']));
    const [first] = named.leaks;
    expect(first.message).toMatch(/^'lead 2' leaks: before the cut 'late' differs in [12] of 50 rows/);
    expect(first.hint).toMatch(/training rows/);
    const whole = named.leaks.find(({ step }) => step === 'scale');
    expect(whole?.message).toMatch(/from the first row on$/);
    expect(JSON.parse(JSON.stringify(named)).leaks.length).toBe(named.leaks.length);
  });

  it('finds columns that were chosen by all rows, and rows that come and go with later ones', async () => {
    const choose = (t: Table) => {
      const spread = (name: string) =>
        t
          .numeric(name)
          .filter((v) => v > 0)
          .reduce((x, y) => Math.max(x, y), 0);
      return t.select(['time', spread('a') > spread('b') ? 'a' : 'b']);
    };
    const chosen = await proveNoLeak(choose, table(80), { cut: 50, time: undefined });
    expect(chosen.steps).toMatchObject([{ name: 'choose', ok: false }]);
    expect(chosen.leaks.some(({ shape }) => shape.some((text) => /is (gone|new)/.test(text)))).toBe(true);
    const trim = (t: Table) => {
      const a = t.numeric('a');
      const mean = a.reduce((sum, v) => sum + (Number.isNaN(v) ? 0 : v), 0) / a.length;
      return t.take(Array.from(a.keys()).filter((i) => !(a[i] < mean)));
    };
    const { leaks } = await proveNoLeak({ name: 'trim', run: trim }, table(80), { cut: 0.6, time: 'time' });
    expect(leaks.some(({ message }) => /rows instead of/.test(message))).toBe(true);
  });

  it('counts labels that are known after the cut as the future', async () => {
    const mean = {
      name: 'mean label',
      run: (t: Table, { rowsBefore, trainRows }: { rowsBefore: number; trainRows: Uint32Array }, careful = false) => {
        const rows = careful ? [...trainRows] : Array.from({ length: rowsBefore }, (_, i) => i);
        const label = t.numeric('label');
        const average = rows.reduce((sum, i) => sum + label[i], 0) / rows.length;
        return t.with('base', new Float64Array(t.rowCount).fill(average));
      },
    };
    const at = { cut: 0.5, ...columns };
    const careless = await proveNoLeak(mean, table(60), at);
    expect(careless.leaks.map(({ perturbation }) => perturbation)).toContain('labels');
    const careful = await proveNoLeak({ name: 'mean', run: (t, c) => mean.run(t, c, true) }, table(60), at);
    expect(careful.ok).toBe(true);
  });

  it('says that a step came to no result when it refuses every changed row', async () => {
    const strict = {
      name: 'strict',
      run: (t: Table) => {
        if (t.rowCount < 60 || t.numeric('b').some((v, i) => i > 50 && !(Math.abs(v) < 1000)))
          throw new InvalidInputError('odd rows');
        return t;
      },
    };
    const clean = table(60).with('b', new Float64Array(60).fill(1));
    const report = await proveNoLeak(strict, clean, { cut: 50, perturbations: ['extreme', 'dropped', 'truncated'] });
    expect(report).toMatchObject({ ok: false, leaks: [], steps: [{ name: 'strict', ok: false, leaks: 0 }] });
    expect(report.inconclusive.length).toBe(3);
    expect((await proveNoLeak(strict, clean, { cut: 50, perturbations: ['shuffle', 'extreme'] })).ok).toBe(true);
  });

  it('takes steps that give matrices, and steps that write into their input', async () => {
    const matrix = (t: Table) => Matrix.from(Array.from(t.numeric('b'), (v) => [v, 2 * v]));
    expect((await proveNoLeak(matrix, table(40), { cut: 20 })).ok).toBe(true);
    const reckless = (t: Table) => {
      const b = t.numeric('b');
      for (let i = 0; i < b.length; i++) b[i] = i;
      return t;
    };
    const given = table(40);
    expect((await proveNoLeak([reckless, { name: 'again', run: reckless }], given, { cut: 20 })).ok).toBe(true);
    expect(given.numeric('b')).toEqual(table(40).numeric('b'));
  });

  it('refuses what it cannot show anything about', async () => {
    let calls = 0;
    const random = (t: Table) => t.with('n', new Float64Array(t.rowCount).fill(calls++));
    const good = table(40);
    const backwards = good.take([...Array(40).keys()].reverse());
    const step = lag;
    for (const work of [
      () => proveNoLeak(random, good, { cut: 20 }),
      () => proveNoLeak([], good, { cut: 20 }),
      () => proveNoLeak([step, step], good, { cut: 20 }),
      () => proveNoLeak('lag' as never, good, { cut: 20 }),
      () => proveNoLeak(step, good, undefined as never),
      () => proveNoLeak(step, good, { cut: 40 }),
      () => proveNoLeak(step, good, { cut: 0 }),
      () => proveNoLeak(step, good, { cut: 20.5 }),
      () => proveNoLeak(step, good, { cut: Number.NaN }),
      () => proveNoLeak(step, good, { cut: 1e15, time: 'time' }),
      () => proveNoLeak(step, good, { cut: 20, time: 'tme' }),
      () => proveNoLeak(step, good, { cut: 20, tme: 'time' } as never),
      () => proveNoLeak(step, backwards, { cut: 0.5, time: 'time' }),
      () => proveNoLeak(step, good, { cut: 20, perturbations: ['labels'] }),
      () => proveNoLeak(step, good, { cut: 20, perturbations: [] }),
      () => proveNoLeak(step, good, { cut: 20, seed: -1 }),
      () => proveNoLeak((t) => t.slice(1), good, { cut: 20 }),
      () => proveNoLeak(() => 7 as never, good, { cut: 20 }),
      () => proveNoLeak(step, good.slice(0, 1), { cut: 1 }),
    ])
      await expect(work(), String(work)).rejects.toBeInstanceOf(InvalidInputError);
    const failing = () => {
      throw new Error('no such column');
    };
    await expect(proveNoLeak(failing, good, { cut: 20 })).rejects.toThrow('no such column');
    const controller = new AbortController();
    controller.abort();
    await expect(proveNoLeak(step, good, { cut: 20, signal: controller.signal })).rejects.toBeInstanceOf(
      TrainingCancelledError,
    );
  });

  it('gives the same report for the same seed', async () => {
    const once = await proveNoLeak([scale, lead(3)], table(60), { cut: 30, seed: 5 });
    expect(await proveNoLeak([scale, lead(3)], table(60), { cut: 30, seed: 5 })).toEqual(once);
  });
});
