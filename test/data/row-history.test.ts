/** Features that look back are those of the whole table: also at the start of a split, and past rows that no split holds. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SplitRatioViolationError } from '../../src/core/errors.js';
import { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';
import type { Split, SplitRole } from '../../src/core/split.js';
import { Table } from '../../src/core/table.js';
import { TimeSeriesDataContainer } from '../../src/data/container.js';
import type { FromTableOptions } from '../../src/data/from-table.js';
import { engineerFeatures } from '../../src/preprocessing/engineer.js';
import type { FeatureOptions, PreprocessingOptions } from '../../src/preprocessing/options.js';
import { PreprocessingPipeline } from '../../src/preprocessing/pipeline.js';

const N = 400;
const FEATURES = {
  expressions: { change: 'close - open' },
  lags: [{ column: 'close', periods: [1, 3, 20] }],
  differences: [{ column: 'close', periods: [2] }],
  rolling: [{ column: 'change', window: [5, 30], statistics: ['mean', 'max'] }],
  ewm: [{ column: 'close', span: 10 }],
} satisfies FeatureOptions;

interface Shape {
  seed: number;
  /** Share of rows without a label. */
  unlabelled: number;
  /** Rows of each entity; 0 for no groups. */
  entity: number;
  shuffled: boolean;
}

function table({ seed, unlabelled, entity, shuffled }: Shape): Table {
  const random = new Random(seed);
  const each = (value: (i: number) => number) => Float64Array.from({ length: N }, (_, i) => value(i));
  const sorted = Table.fromColumns({
    time: each((i) => i * 1000),
    end: each((i) => (i + (random.float() < 0.05 ? 30 : 2)) * 1000),
    open: each(() => random.normal()),
    close: each(() => random.normal()),
    entity: Array.from({ length: N }, (_, i) => `e${entity > 0 ? Math.floor(i / entity) : 0}`),
    label: each(() => (random.float() < unlabelled ? Number.NaN : random.int(2))),
  });
  return shuffled ? sorted.take(random.permutation(N)) : sorted;
}

/** Without imputation and scaling, so that features can be compared as they are. */
const pipeline = (features: FeatureOptions) =>
  new PreprocessingPipeline({ imputation: 'none', scaling: 'none', ...features } as PreprocessingOptions);

/** Rows of a split as the whole table has them. */
function expected(data: Table, names: readonly string[], rowIds: Uint32Array, grouped: boolean): Float32Array {
  const times = data.numeric('time');
  const order = Array.from(times, (_, i) => i).sort((a, b) => times[a] - times[b]);
  const whole = engineerFeatures(data.take(order), FEATURES, { time: 'time', ...(grouped && { group: 'entity' }) });
  const position = new Map(order.map((row, at) => [row, at]));
  const columns = names.map((name) => whole.numeric(name));
  return Float32Array.from([...rowIds].flatMap((row) => columns.map((values) => values[position.get(row) ?? -1])));
}

function check(shape: Shape, options: Partial<FromTableOptions>): boolean {
  const data = table(shape);
  const grouped = shape.entity > 0;
  const settings = {
    label: 'label',
    time: 'time',
    features: ['open', 'close'],
    ...(grouped && { group: 'entity' }),
    ...options,
  };
  let raw: ReturnType<typeof TimeSeriesDataContainer.fromTable>;
  try {
    raw = TimeSeriesDataContainer.fromTable(data, settings);
  } catch (error) {
    if (error instanceof SplitRatioViolationError) return false;
    throw error;
  }
  const container = pipeline(FEATURES).fitTransform(raw);
  const splits: Split<SplitRole>[] = [
    container.train,
    container.validation,
    container.test,
    container.holdout.unlock({ reason: 'test' }),
  ];
  for (const { X, rowIds, role } of splits) {
    const rows = expected(data, container.featureNames, rowIds ?? new Uint32Array(0), grouped);
    expect(X, role).toEqual(Matrix.wrap(rows, container.featureNames.length));
  }
  return true;
}

describe('features that look back', () => {
  it('are those of the whole table in every row of every split, whatever lies between', () => {
    const shapes = fc.record({
      seed: fc.nat(1000),
      unlabelled: fc.constantFrom(0, 0.02, 0.5),
      entity: fc.constantFrom(0, 0, 10, 25),
      shuffled: fc.boolean(),
    });
    const options = fc.constantFrom<Partial<FromTableOptions>>(
      {},
      { horizon: 5 },
      { labelEnd: 'end' },
      { labelEnd: 'end', embargo: 4000 },
      { horizon: 3, embargo: 0.01 },
    );
    let splits = 0;
    fc.assert(
      fc.property(shapes, options, (shape, how) => {
        if (check(shape, how)) splits++;
      }),
      { numRuns: 40, seed: 3 },
    );
    expect(splits).toBeGreaterThan(20);
  });

  it('does not show the holdout through the memory of what lies before the training rows', () => {
    const secret = 98765.25;
    const data = table({ seed: 1, unlabelled: 0, entity: 0, shuffled: false });
    const close = data.numeric('close').slice().fill(secret, 385);
    const label = data.numeric('label').slice().fill(Number.NaN, 0, 7);
    const raw = TimeSeriesDataContainer.fromTable(data.with('close', close).with('label', label), {
      label: 'label',
      time: 'time',
      features: ['close'],
    });
    const before = raw.trainHistory?.X.numeric('close') ?? new Float64Array(0);
    expect([...before]).toEqual([...close.subarray(0, 7)]);
    expect(new Float64Array(before.buffer)).not.toContain(secret);
  });

  it('are fitted on training rows only: rows between them change no statistic', () => {
    const data = table({ seed: 2, unlabelled: 0.3, entity: 0, shuffled: false });
    const label = data.numeric('label');
    const outliers = data.numeric('close').map((value, i) => (Number.isNaN(label[i]) ? 1e6 : value));
    const options = { label: 'label', time: 'time', features: ['open', 'close'] };
    const features = {
      expressions: { change: 'close - open', root: 'sqrt(close)' },
      lags: [{ column: 'open', periods: [1] }],
    };
    const statistics = [data, data.with('close', outliers)].map((rows) => {
      const fitted = pipeline(features);
      fitted.fitTransform(TimeSeriesDataContainer.fromTable(rows, options));
      return fitted.trainStatistics;
    });
    expect(statistics[1]).toEqual(statistics[0]);
    expect(statistics[0].undefinedRows.root).toBeGreaterThan(0);
  });
});
