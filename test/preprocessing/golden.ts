/** Compares the pipeline with what scikit-learn made of the same columns (test/interop/make-preprocessing-golden.py), in float64. */
import type { Matrix } from '../../src/core/matrix.js';
import { Table } from '../../src/core/table.js';
import type { NumericStep } from '../../src/preprocessing/fitted.js';
import type { PreprocessingOptions, RollingStatistic } from '../../src/preprocessing/options.js';
import { PreprocessingPipeline } from '../../src/preprocessing/pipeline.js';
import { rolling } from '../../src/preprocessing/rolling.js';
import { applyScaler } from '../../src/preprocessing/scaler.js';

type Values = (number | null)[];
type Columns = Record<string, Values>;

export interface PreprocessingGolden {
  versions: Record<string, string>;
  seed: number;
  numeric: {
    train: Columns;
    test: Columns;
    cases: { options: PreprocessingOptions; train: Columns; test: Columns }[];
  };
  text: {
    train: Record<string, (string | null)[]>;
    test: Record<string, (string | null)[]>;
    y: Record<string, number[]>;
    cases: {
      column: string;
      options: PreprocessingOptions['encoding'];
      target: string | null;
      train: Values[];
      test: Values[];
    }[];
  };
  rolling: {
    values: Values;
    cases: {
      statistic: RollingStatistic;
      window: number;
      minPeriods: number;
      quantile?: number;
      expected: Values;
    }[];
  };
}

const TOLERANCE = 1e-10;
const numbers = (values: Values) => Float64Array.from(values, (value) => value ?? Number.NaN);

/** Whether two values agree to `tolerance`, relative above 1. */
const agree = (a: number, b: number, tolerance: number) =>
  Number.isNaN(a) || Number.isNaN(b)
    ? Number.isNaN(a) && Number.isNaN(b)
    : Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b));

function compare(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): string[] {
  if (actual.length !== expected.length) return [`${what}: ${actual.length} values, expected ${expected.length}`];
  for (let i = 0; i < expected.length; i++) {
    if (!agree(actual[i], expected[i], tolerance))
      return [`${what}, value ${i}: ${actual[i]}, expected ${expected[i]}`];
  }
  return [];
}

/** What the fitted step makes of a column before it is rounded to float32. */
function inFloat64(step: NumericStep, column: Float64Array): Float64Array {
  const values = column.map((value) => (Number.isNaN(value) ? (step.fill ?? value) : value));
  applyScaler(step.scaler, values);
  return values;
}

/** Every disagreement beyond 1e-10 (matrices: beyond float32 rounding), as one line each. */
export function disagreements(golden: PreprocessingGolden): string[] {
  return [...numericDisagreements(golden), ...textDisagreements(golden), ...rollingDisagreements(golden)];
}

function numericDisagreements({ numeric }: PreprocessingGolden): string[] {
  const table = (columns: Columns) =>
    Table.fromColumns(Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, numbers(values)])));
  const train = table(numeric.train);
  const y = new Float64Array(train.rowCount);
  return numeric.cases.flatMap(({ options, ...expected }) => {
    const pipeline = new PreprocessingPipeline(options).fit({ role: 'train', X: train, y });
    const { steps } = pipeline.toJSON().content.fitted as { steps: NumericStep[] };
    return (['train', 'test'] as const).flatMap((part) => {
      const matrix = pipeline.transform(table(numeric[part]));
      return steps.flatMap((step, j) => {
        const what = `${JSON.stringify(options)} ${part} ${step.name}`;
        const wanted = numbers(expected[part][step.name]);
        return [
          ...compare(inFloat64(step, numbers(numeric[part][step.name])), wanted, TOLERANCE, what),
          ...compare(matrix.column(j), Float32Array.from(wanted), 2e-7, `${what} (float32)`),
        ];
      });
    });
  });
}

function textDisagreements({ text }: PreprocessingGolden): string[] {
  return text.cases.flatMap(({ column, options, target, ...expected }) => {
    const table = (part: 'train' | 'test') => Table.fromColumns({ [column]: text[part][column] });
    const pipeline = new PreprocessingPipeline({ encoding: options, scaling: 'none' });
    const train = {
      role: 'train',
      X: table('train'),
      y: target ? Float64Array.from(text.y[target]) : new Float64Array(text.train[column].length),
    } as const;
    pipeline.fit(train);
    const rows = (matrix: Matrix) => Array.from({ length: matrix.rows }, (_, i) => Array.from(matrix.row(i)));
    const check = (matrix: Matrix, part: 'train' | 'test') =>
      rows(matrix).flatMap((row, i) =>
        compare(row, numbers(expected[part][i]), 2e-7, `${JSON.stringify(options)} ${target} ${part} row ${i}`),
      );
    return [...check(pipeline.transform(train).X, 'train'), ...check(pipeline.transform(table('test')), 'test')];
  });
}

function rollingDisagreements({ rolling: { values, cases } }: PreprocessingGolden): string[] {
  return cases.flatMap(({ expected, ...spec }) =>
    compare(rolling(numbers(values), spec), numbers(expected), TOLERANCE, JSON.stringify(spec)),
  );
}
