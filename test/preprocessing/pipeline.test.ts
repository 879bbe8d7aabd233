import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ConfigError,
  DataLeakageError,
  HoldoutLockedError,
  InvalidInputError,
  ModelFormatError,
  NotFittedError,
} from '../../src/core/errors.js';
import { canonicalJson, sha256 } from '../../src/core/hash.js';
import { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';
import type { Split, SplitRole } from '../../src/core/split.js';
import { Table } from '../../src/core/table.js';
import { TimeSeriesDataContainer } from '../../src/data/container.js';
import type { PreprocessingOptions } from '../../src/preprocessing/options.js';
import { PreprocessingPipeline } from '../../src/preprocessing/pipeline.js';

const EVERYTHING: PreprocessingOptions = {
  expressions: { change: 'close / open - 1' },
  lags: [{ column: 'change', periods: [1, 2] }],
  rolling: [{ column: 'close', window: 5, statistics: ['mean', 'zscore'] }],
  ewm: [{ column: 'close', span: 4, statistics: ['mean', 'std'] }],
  imputation: { indicators: true },
  scaling: { method: 'standard', columns: { open: 'quantile', close: 'robust', change: 'min-max' } },
  encoding: { columns: { side: 'one-hot', venue: 'target', tier: 'ordinal', kind: 'frequency' } },
  timeFeatures: { parts: ['hour', 'dayOfWeek'], cyclic: true },
};

function bars(n = 200, seed = 1): Table {
  const random = new Random(seed);
  const price = () => (random.float() < 0.05 ? Number.NaN : 100 + random.normal());
  const text = (letters: string) =>
    Array.from({ length: n }, () => (random.float() < 0.05 ? null : letters[random.int(letters.length)]));
  return Table.fromColumns({
    time: Array.from({ length: n }, (_, i) => new Date(Date.UTC(2024, 0, 1) + i * 3_600_000)),
    end: Array.from({ length: n }, (_, i) => new Date(Date.UTC(2024, 0, 1) + (i + 2) * 3_600_000)),
    open: Float64Array.from({ length: n }, price),
    close: Float64Array.from({ length: n }, price),
    side: text('ab'),
    venue: text('xyz'),
    tier: text('123'),
    kind: text('pq'),
    weight: Float64Array.from({ length: n }, () => random.float() + 0.5),
    label: Float64Array.from({ length: n }, () => random.int(2)),
  });
}

const raw = (table = bars()) =>
  TimeSeriesDataContainer.fromTable(table, {
    label: 'label',
    time: 'time',
    labelEnd: 'end',
    weight: 'weight',
    horizon: 2,
  });

const splitOf = <R extends SplitRole, X extends Table | Matrix>(role: R, X: X): Split<R, X> => ({
  role,
  X,
  y: new Float64Array(X instanceof Table ? X.rowCount : X.rows),
});
const small = Table.fromColumns({ a: [1, 2, 3], b: ['x', 'y', 'x'] });
const fitOn = (X: Table | Matrix, options: PreprocessingOptions = {}) =>
  new PreprocessingPipeline(options).fit(splitOf('train', X));

describe('fitting', () => {
  it('takes training rows only, checked by role at run time', () => {
    for (const role of ['validation', 'test', 'holdout'] as const) {
      const attempt = () => new PreprocessingPipeline().fit(splitOf(role, small) as never);
      expect(attempt).toThrow(DataLeakageError);
      expect(attempt).toThrow(new RegExp(role));
    }
    expect(() => new PreprocessingPipeline().fit(small as never)).toThrow(InvalidInputError);
    expect(() => new PreprocessingPipeline().fit(null as never)).toThrow(InvalidInputError);
  });

  it('a failed fit leaves the pipeline as it was', () => {
    const pipeline = new PreprocessingPipeline();
    expect(() => pipeline.fit(splitOf('test', small) as never)).toThrow();
    expect(pipeline.isFitted).toBe(false);
    pipeline.fit(splitOf('train', small));
    expect(() => pipeline.fit(splitOf('train', Table.fromColumns({ a: [Infinity] })))).toThrow(InvalidInputError);
    expect(pipeline.trainStatistics.rowsSeen).toBe(3);
  });

  it('keeps a record of the rows it saw and what it learned of them', () => {
    const X = Table.fromColumns({ a: [1, 2, 6, Number.NaN], b: ['x', 'y', 'x', null] });
    const pipeline = new PreprocessingPipeline().fit({ ...splitOf('train', X), times: Float64Array.of(5, 6, 7, 8) });
    expect(pipeline.trainStatistics).toEqual({
      rowsSeen: 4,
      timeRange: [5, 8],
      means: { a: 3 },
      standardDeviations: { a: Math.sqrt(14 / 3) },
      medians: { a: 2 },
      minima: { a: 1 },
      maxima: { a: 6 },
      quantiles: { a: { q25: 1.5, q75: 4 } },
      missing: { a: 1, b: 1 },
      undefinedRows: {},
      categories: { b: ['x', 'y'] },
      categoryCounts: { b: [2, 1] },
      dropped: [],
    });
  });

  it('nothing learned depends on the rows of other splits', () => {
    const table = bars();
    const changed = (['open', 'close', 'label'] as const).reduce(
      (out, name) =>
        out.with(
          name,
          table.numeric(name).map((value, i) => (i < 125 ? value : name === 'label' ? 1 - value : value * 3)),
        ),
      table,
    );
    const [a, b] = [new PreprocessingPipeline(EVERYTHING), new PreprocessingPipeline(EVERYTHING)];
    const [first, second] = [a.fitTransform(raw(table)), b.fitTransform(raw(changed))];
    expect(b.toJSON()).toEqual(a.toJSON());
    expect((second.train.X as Matrix).data).toEqual((first.train.X as Matrix).data);
    expect((second.test.X as Matrix).data).not.toEqual((first.test.X as Matrix).data);
  });

  const refused: [string, () => unknown, new (...args: never[]) => Error, RegExp][] = [
    ['no rows', () => fitOn(small.slice(0, 0)), InvalidInputError, /0 rows/],
    [
      'labels of another length',
      () => new PreprocessingPipeline().fit({ ...splitOf('train', small), y: new Float64Array(2) }),
      InvalidInputError,
      /3 rows and 2 labels/,
    ],
    [
      'times of another length',
      () => new PreprocessingPipeline().fit({ ...splitOf('train', small), times: new Float64Array(2) }),
      InvalidInputError,
      /2 times/,
    ],
    [
      'groups of another length',
      () => new PreprocessingPipeline().fit({ ...splitOf('train', small), groups: ['a'] }),
      InvalidInputError,
      /1 groups/,
    ],
    ['an unknown column to select', () => fitOn(small, { columns: { select: ['aa'] } }), InvalidInputError, /'aa'/],
    [
      'an unknown column to scale',
      () => fitOn(small, { scaling: { columns: { aa: 'none' } } }),
      InvalidInputError,
      /'aa'/,
    ],
    [
      'an unknown column to encode',
      () => fitOn(small, { encoding: { columns: { c: 'target' } } }),
      InvalidInputError,
      /'c'/,
    ],
    ['only missing columns', () => fitOn(Table.fromColumns({ a: [Number.NaN] })), InvalidInputError, /no features/],
    ['an infinite value', () => fitOn(Table.fromColumns({ a: [1, -Infinity] })), InvalidInputError, /row 1/],
    ['calendar features without times', () => fitOn(small, { timeFeatures: ['hour'] }), InvalidInputError, /time/],
    [
      'names for another number of columns',
      () => fitOn(Matrix.from([[1, 2]]), { columns: { names: ['a'] } }),
      InvalidInputError,
      /2 columns/,
    ],
    ['arrays', () => fitOn([[1, 2]] as never), InvalidInputError, /Matrix/],
    ['an unknown option', () => new PreprocessingPipeline({ imputaton: 'mean' } as never), ConfigError, /imputaton/],
  ];
  for (const [what, run, type, message] of refused) {
    it(`${what}: a typed error with a hint`, () => {
      expect(run).toThrow(type);
      expect(run).toThrow(message);
      expect(run).toThrow(expect.objectContaining({ hint: expect.stringMatching(/./) }));
    });
  }

  it('an unknown column comes with the nearest name', () => {
    const attempt = () => fitOn(Table.fromColumns({ close: [1, 2] }), { columns: { drop: ['clsoe'] } });
    expect(attempt).toThrow(expect.objectContaining({ hint: "Did you mean 'close'?" }));
  });
});

describe('transforming', () => {
  it('before fit is a NotFittedError, for everything that needs a fit', async () => {
    const pipeline = new PreprocessingPipeline();
    expect(() => pipeline.transform(small)).toThrow(NotFittedError);
    expect(() => pipeline.trainStatistics).toThrow(NotFittedError);
    expect(() => pipeline.featureNamesOut).toThrow(NotFittedError);
    await expect(pipeline.save(tmpdir())).rejects.toThrow(NotFittedError);
  });

  it('keeps role and everything that belongs to the rows', () => {
    const rest = {
      weights: Float32Array.of(1, 2, 3),
      times: Float64Array.of(1, 2, 3),
      labelEnds: Float64Array.of(2, 3, 4),
      groups: ['g', 'g', 'h'],
      rowIds: Uint32Array.of(7, 8, 9),
    };
    const split = { ...splitOf('validation', small), ...rest };
    const out = fitOn(small).transform(split);
    expect(out).toMatchObject({ role: 'validation', y: split.y, ...rest });
    expect([out.X.rows, out.X.cols]).toEqual([3, 3]);
  });

  it('does not change its input', () => {
    const table = bars();
    const before = structuredClone(table.records());
    new PreprocessingPipeline(EVERYTHING).fitTransform(raw(table));
    expect(table.records()).toEqual(before);
  });

  it('needs every column it read, of the kind it had; others may come, go and move', () => {
    const pipeline = fitOn(small);
    expect(() => pipeline.transform(small.drop(['a']))).toThrow(/'a'/);
    expect(() => pipeline.transform(small.with('a', ['1', '2', 'x']))).toThrow(/'a' was numeric/);
    expect(() => pipeline.transform(small.with('b', [1, 2, 3]))).toThrow(/'b' was text/);
    const moved = Table.fromColumns({ more: [1, 2, 3], b: ['x', 'y', 'x'], a: [1, 2, 3] });
    expect(pipeline.transform(moved).data).toEqual(pipeline.transform(small).data);
    const selected = fitOn(small, { columns: { select: ['a'] } });
    expect(selected.requiredColumns).toEqual(['a']);
    expect(selected.transform(small.drop(['b'])).cols).toBe(1);
  });

  it('a column without any value fits any kind', () => {
    const out = fitOn(small).transform(Table.fromColumns({ a: ['', ''].map(() => null), b: [Number.NaN, Number.NaN] }));
    expect([...out.data]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('infinite values are an InvalidInputError with their rows, or missing when asked', () => {
    const rows = small.with('a', [1, Infinity, -Infinity]);
    expect(() => fitOn(small).transform(rows)).toThrow(
      expect.objectContaining({ details: { column: 'a', rows: [1, 2] } }),
    );
    const lenient = fitOn(small, { infinite: 'missing', scaling: 'none' }).transform(rows);
    expect(lenient.row(1)[0]).toBe(2);
  });

  it('no rows give no rows', () => {
    expect(fitOn(small).transform(small.slice(0, 0)).rows).toBe(0);
  });

  it('a matrix works without names, with them, and with the wrong number of columns not at all', () => {
    const X = Matrix.from([
      [1, 2],
      [3, Number.NaN],
      [5, 4],
    ]);
    expect(fitOn(X).featureNamesOut).toEqual(['f0', 'f1']);
    const named = fitOn(X, { columns: { names: ['a', 'b'] }, expressions: { c: 'a * b' }, scaling: 'none' });
    expect(named.featureNamesOut).toEqual(['a', 'b', 'c']);
    expect([...named.transform(Matrix.from([[2, 3]])).data]).toEqual([2, 3, 6]);
    expect(() => fitOn(X).transform(Matrix.from([[1, 2, 3]]))).toThrow(/3 columns/);
    expect(() => fitOn(small).transform(X)).toThrow(/text columns/);
  });

  it('selected columns come in the order asked for; raw times are no features unless selected', () => {
    const table = bars(20);
    const names = (options: PreprocessingOptions) =>
      new PreprocessingPipeline(options).fitTransform(raw(bars())).featureNames;
    expect(names({ columns: { select: ['close', 'open'] } })).toEqual(['close', 'open']);
    expect(names({ columns: { drop: ['side', 'venue', 'tier', 'kind'] } })).not.toContain('time');
    expect(fitOn(table, { columns: { select: ['time'] } }).featureNamesOut).toEqual(['time']);
  });

  it('a column called __proto__ or constructor is data like any other', () => {
    const X = Table.fromEntries(
      ['__proto__', 'constructor'].map((name, j) => [name, { kind: 'numeric', values: Float64Array.of(j, 5) }]),
    );
    const pipeline = fitOn(X, { scaling: 'none' });
    expect([...pipeline.transform(X).data]).toEqual([0, 1, 5, 5]);
    expect(Object.keys(pipeline.trainStatistics.means)).toEqual(['__proto__', 'constructor']);
    const loaded = PreprocessingPipeline.fromJSON(JSON.parse(JSON.stringify(pipeline.toJSON())));
    expect(Object.keys(loaded.trainStatistics.means)).toEqual(['__proto__', 'constructor']);
  });
});

describe('fitTransform', () => {
  it('makes a container of the same splits: labels, weights, times, label ends and row ids', () => {
    const source = raw();
    const pipeline = new PreprocessingPipeline(EVERYTHING);
    const container = pipeline.fitTransform(source);
    expect(container.featureNames).toEqual(pipeline.featureNamesOut);
    expect(pipeline.trainStatistics.rowsSeen).toBe(source.train.y.length);
    for (const role of ['train', 'validation', 'test'] as const) {
      const { X, ...rest } = source[role];
      expect(container[role]).toMatchObject({ ...rest, role });
      expect((container[role].X as Matrix).rows).toBe(X.rowCount);
      expect((container[role].X as Matrix).cols).toBe(pipeline.featureNamesOut.length);
      // Only missing text has no number in the ordinal encoding.
      const features = container[role].X as Matrix;
      const tier = container.featureNames.indexOf('tier');
      expect(features.data.every((value, i) => Number.isFinite(value) || i % features.cols === tier)).toBe(true);
    }
  });

  it('the holdout stays sealed until it is unlocked, and then has the features of the first fit', () => {
    const pipeline = new PreprocessingPipeline({ scaling: 'standard' });
    const source = raw();
    const container = pipeline.fitTransform(source);
    expect(container.holdout.locked).toBe(true);
    expect(() => (container.holdout as unknown as { X: Matrix }).X).toThrow(HoldoutLockedError);
    const before = pipeline.toJSON();
    pipeline.fit(splitOf('train', small));
    const unlocked = container.holdout.unlock({ reason: 'test' });
    expect(unlocked.role).toBe('holdout');
    const expected = PreprocessingPipeline.fromJSON(before).transform(source.holdout.unlock({ reason: 'test' }));
    expect((unlocked.X as Matrix).data).toEqual(expected.X.data);
  });

  it('takes nothing but raw splits', () => {
    expect(() => new PreprocessingPipeline().fitTransform(small as never)).toThrow(InvalidInputError);
  });
});

describe('save and load', () => {
  let directory: string;
  let text: string;
  const pipeline = new PreprocessingPipeline(EVERYTHING);
  const file = () => join(directory, 'preprocessing.json');

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'holdfast-preprocessing-'));
    pipeline.fitTransform(raw());
    await pipeline.save(directory);
    text = await readFile(file(), 'utf8');
  });
  afterAll(() => rm(directory, { recursive: true }));

  async function loadError(content: string): Promise<ModelFormatError> {
    await copyFile(file(), join(directory, 'kept'));
    await writeFile(file(), content);
    try {
      await PreprocessingPipeline.load(directory);
    } catch (error) {
      expect(error).toBeInstanceOf(ModelFormatError);
      return error as ModelFormatError;
    } finally {
      await copyFile(join(directory, 'kept'), file());
    }
    throw new Error('nothing was thrown');
  }

  /** The file with its content changed and a checksum that fits. */
  function forged(
    change: (content: {
      options: Record<string, unknown>;
      expressions: unknown;
      fitted: Record<string, unknown>;
    }) => void,
  ): string {
    const state = JSON.parse(text);
    change(state.content);
    state.checksum = sha256(canonicalJson(state.content));
    return JSON.stringify(state);
  }

  it('what is loaded transforms to the same bits and remembers the same statistics', async () => {
    const loaded = await PreprocessingPipeline.load(directory);
    const other = raw(bars(80, 9)).validation;
    expect(loaded.transform(other).X.data).toEqual(pipeline.transform(other).X.data);
    expect(loaded.trainStatistics).toEqual(pipeline.trainStatistics);
    expect(loaded.featureNamesOut).toEqual(pipeline.featureNamesOut);
    expect(loaded.options).toEqual(pipeline.options);
  });

  it('the same fit gives the same bytes, and so does what was loaded', async () => {
    const again = new PreprocessingPipeline(EVERYTHING);
    again.fitTransform(raw());
    for (const same of [again, await PreprocessingPipeline.load(directory)]) {
      await same.save(directory);
      expect(await readFile(file(), 'utf8')).toBe(text);
    }
  });

  it('a loaded pipeline can be fitted again', async () => {
    const loaded = await PreprocessingPipeline.load(directory);
    loaded.fitTransform(raw());
    expect(loaded.toJSON()).toEqual(pipeline.toJSON());
  });

  it('a file cut off anywhere is a ModelFormatError', async () => {
    for (const share of [0, 0.1, 0.5, 0.99]) {
      expect((await loadError(text.slice(0, Math.floor(text.length * share)))).details.part).toBe('file');
    }
  });

  const damaged: [string, () => string, string][] = [
    [
      'a changed number',
      () =>
        text.replace(/"mean[\s\S]*?(\d)\.(\d)/, (match) => `${match.slice(0, -1)}${(Number(match.at(-1)) + 1) % 10}`),
      'checksum',
    ],
    ['another format', () => text.replace('holdfast-preprocessing', 'other'), 'format'],
    ['no version', () => text.replace('"formatVersion": 1', '"formatVersion": null'), 'formatVersion'],
    ['a newer version', () => text.replace('"formatVersion": 1', '"formatVersion": 2'), 'formatVersion'],
    ['no content', () => JSON.stringify({ ...JSON.parse(text), content: null }), 'content'],
    ['a list', () => '[]', 'format'],
    ['null', () => 'null', 'format'],
    [
      'content nested too deep',
      () => text.replace(/"content": \{[\s\S]*$/, `"content": [${'['.repeat(50_000)}${']'.repeat(50_000)}]}`),
      'content',
    ],
    ['forged options', () => forged((content) => (content.options.scalling = 1)), 'options'],
    [
      'forged expressions',
      () => forged((content) => (content.expressions = { change: { call: 'constructor', args: [] } })),
      'expressions',
    ],
    [
      'forged steps',
      () =>
        forged(
          (content) => (content.fitted.steps = [{ kind: 'numeric', name: 'a', fill: 0, scaler: { method: 'x' } }]),
        ),
      'fitted',
    ],
    ['forged names', () => forged((content) => (content.fitted.featureNamesOut = ['a'])), 'fitted'],
    [
      'a forged encoding',
      () =>
        forged(({ fitted }) => {
          for (const { encoder } of fitted.steps as { encoder?: { encodings?: unknown[] } }[])
            encoder?.encodings?.pop();
        }),
      'fitted',
    ],
  ];
  for (const [what, content, part] of damaged) {
    it(`${what} is a ModelFormatError that names ${part}`, async () => {
      expect(content()).not.toBe(text);
      const error = await loadError(content());
      expect(error.details.part).toBe(part);
      expect(error.hint).not.toBe('');
    });
  }

  it('no file is a ModelFormatError that says where it was looked for', async () => {
    await expect(PreprocessingPipeline.load(join(directory, 'absent'))).rejects.toThrow(ModelFormatError);
    await expect(PreprocessingPipeline.load(join(directory, 'absent'))).rejects.toThrow(/absent/);
  });
});
