/** `partialDependence`: how predictions move with one feature, or two, on average and row by row (ICE), for any model of features. */
import { throwIfAborted } from '../core/abort.js';
import { ConfigError, InvalidInputError } from '../core/errors.js';
import { Matrix } from '../core/matrix.js';
import type { ProgressListener } from '../core/progress.js';
import { nearest } from '../core/text.js';
import { resolveThreads } from '../core/threads.js';
import type { BaseModel } from '../model/base-model.js';
import { toModelInput } from '../model/input.js';
import type { ModelInput } from '../model/types.js';
import { checkModelObject, checkOptions, checkWhole, featureRows } from './options.js';

/** The grid, and whether each row's own line is kept. */
export interface PartialDependenceOptions {
  /** Values a feature. Default 100, as scikit-learn's. */
  gridResolution?: number;
  /** Where the grid begins and ends among the rows' values. Default [0.05, 0.95]. */
  percentiles?: readonly [number, number];
  /** Values of each feature, instead of a grid. */
  customValues?: readonly ArrayLike<number>[];
  /** Also what each row is predicted at each place of the grid. Default false. */
  individual?: boolean;
  /** Row by row, differences from the first place of the grid (centred ICE). Needs `individual`. Default false. */
  centered?: boolean;
  threads?: number;
  signal?: AbortSignal;
  onProgress?: ProgressListener;
}

/** Predictions along a grid of one feature, or two. */
export interface PartialDependenceResult {
  readonly features: readonly string[];
  /** Values of each feature, ascending. */
  readonly grid: readonly Float64Array[];
  /** 1 for a regression and for two classes (the probability of the second); else one a class. */
  readonly outputs: number;
  /** (outputs, places) mean prediction at each place of the grid; of two features, the second one's values next to each other. */
  readonly average: Float64Array;
  /** (outputs, rows, places); only with `individual`. */
  readonly individual?: Float64Array;
  readonly rows: number;
}

const OPTIONS = [
  'gridResolution',
  'percentiles',
  'customValues',
  'individual',
  'centered',
  'threads',
  'signal',
  'onProgress',
] as const satisfies (keyof PartialDependenceOptions)[];
const WHAT = 'partialDependence';
/** Numbers of a result of rows and places. */
const MOST_VALUES = 2 ** 28;

/**
 * Partial dependence (Friedman, 2001) and individual conditional expectation (Goldstein et al., 2015) of one or two features, by predicting
 * all rows with each place of the grid put in (scikit-learn's `method='brute'`). Probabilities of classifiers, values of regressions.
 *
 * @param features - one name or column number, or two
 * @example
 * const { grid, average } = await partialDependence(model, XTrain, 'volatility');
 * @throws NotFittedError - before `fit`
 * @throws InvalidInputError - a model of sequences or without probabilities, no rows or such as do not fit the model, an unknown feature, one without values
 * @throws ConfigError - an unknown option, or one out of range
 * @throws TrainingCancelledError - `signal` was aborted
 */
export async function partialDependence(
  model: BaseModel,
  X: ModelInput,
  features: string | number | readonly (string | number)[],
  options: PartialDependenceOptions = {},
): Promise<PartialDependenceResult> {
  checkModelObject(WHAT, model);
  checkOptions(WHAT, options, OPTIONS);
  const { signal, onProgress, individual = false, centered = false } = options;
  if (centered && !individual) {
    throw new ConfigError(`${WHAT}: centered is for individual: true`, { hint: 'Pass both.' });
  }
  const threads = resolveThreads(options.threads);
  const columns = columnsOf(model, features);
  const input = await featureRows(WHAT, model, await toModelInput(X, model.info.inputMode, WHAT));
  const grid = gridOf(input, columns, options);
  const { rows, cols } = input;
  const places = grid.reduce((count, values) => count * values.length, 1);
  const outputs = model.classes.length > 2 ? model.classes.length : 1;
  if (individual && outputs * rows * places > MOST_VALUES) {
    throw new InvalidInputError(`${WHAT}: the result would have ${outputs * rows * places} numbers`, {
      hint: 'Pass fewer rows or a smaller gridResolution.',
    });
  }
  const average = new Float64Array(outputs * places);
  const all = individual ? new Float64Array(outputs * rows * places) : undefined;
  const copy = Matrix.zeros(rows, cols);
  copy.data.set(input.data);
  for (let place = 0; place < places; place++) {
    throwIfAborted(signal, 'Partial dependence');
    put(copy, columns, grid, place);
    const predicted = await model.predict(copy, { threads });
    const table = outputOf(model, predicted, outputs);
    for (let i = 0; i < rows; i++) {
      for (let k = 0; k < outputs; k++) {
        const value = table(i, k);
        average[k * places + place] += value / rows;
        if (all) all[(k * rows + i) * places + place] = value;
      }
    }
    onProgress?.({ phase: 'explain', step: place + 1, total: places });
  }
  if (all && centered) centre(all, places);
  const names = columns.map((j) => model.featureNames[j]);
  return { features: names, grid, outputs, average, ...(all ? { individual: all } : {}), rows };
}

/** Writes one place of the grid into all rows. */
function put(
  { data, rows, cols }: Matrix,
  columns: readonly number[],
  grid: readonly Float64Array[],
  place: number,
): void {
  let rest = place;
  for (let f = columns.length - 1; f >= 0; f--) {
    const value = grid[f][rest % grid[f].length];
    rest = Math.floor(rest / grid[f].length);
    for (let i = 0; i < rows; i++) data[i * cols + columns[f]] = value;
  }
}

function outputOf(
  model: BaseModel,
  { predictions, probabilities, classes }: Awaited<ReturnType<BaseModel['predict']>>,
  outputs: number,
): (row: number, output: number) => number {
  if (classes.length === 0) return (i) => predictions[i];
  if (!probabilities) {
    throw new InvalidInputError(`${WHAT}: '${model.info.name}' gives no probabilities`, {
      hint: 'Train it with probability: true.',
    });
  }
  return (i, k) => probabilities.data[i * classes.length + (outputs === 1 ? 1 : k)];
}

function centre(values: Float64Array, places: number): void {
  for (let at = 0; at < values.length; at += places) {
    const first = values[at];
    for (let p = 0; p < places; p++) values[at + p] -= first;
  }
}

function columnsOf({ featureNames }: BaseModel, features: unknown): number[] {
  const list: unknown[] = Array.isArray(features) ? features : [features];
  if (list.length < 1 || list.length > 2) {
    throw new InvalidInputError(`${WHAT}: ${list.length} features`, { hint: 'Pass one feature, or two.' });
  }
  const columns = list.map((feature) => {
    const j = typeof feature === 'string' ? featureNames.indexOf(feature) : Number(feature);
    if (Number.isInteger(j) && j >= 0 && j < featureNames.length && feature !== null) return j;
    const near = typeof feature === 'string' ? nearest(feature, featureNames) : undefined;
    throw new InvalidInputError(`${WHAT}: '${String(feature)}' is no feature of the model`, {
      hint: near ? `Did you mean '${near}'?` : 'Pass a name of model.featureNames or the number of a column.',
    });
  });
  if (columns.length === 2 && columns[0] === columns[1]) {
    throw new InvalidInputError(`${WHAT}: the two features are one`, { hint: 'Pass two different ones.' });
  }
  return columns;
}

function gridOf(X: Matrix, columns: readonly number[], options: PartialDependenceOptions): Float64Array[] {
  const { percentiles = [0.05, 0.95], customValues } = options;
  const resolution = checkWhole(WHAT, 'gridResolution', options.gridResolution ?? 100, 2);
  const [low, high] = percentiles;
  if (!(low >= 0 && low < high && high <= 1)) {
    throw new ConfigError(`${WHAT}: percentiles have to ascend within [0, 1]`, { hint: 'Pass [0.05, 0.95].' });
  }
  if (customValues && customValues.length !== columns.length) {
    throw new ConfigError(`${WHAT}: customValues for ${customValues.length} of ${columns.length} features`, {
      hint: 'Pass a list of values for each feature.',
    });
  }
  return columns.map((j, f) => {
    const own = customValues?.[f];
    if (!own) return gridOfColumn(X, j, resolution, [low, high]);
    const values = Float64Array.from(own);
    if (values.length > 0 && values.every(Number.isFinite)) return values.sort();
    throw new ConfigError(`${WHAT}: customValues have to be finite numbers`, { hint: 'Pass at least one.' });
  });
}

/** All values where they are few, else equal steps between two quantiles (as scikit-learn makes its grid). Missing values count for nothing. */
function gridOfColumn(
  { data, rows, cols }: Matrix,
  column: number,
  resolution: number,
  [low, high]: readonly [number, number],
): Float64Array {
  const values: number[] = [];
  for (let i = 0; i < rows; i++) {
    const value = data[i * cols + column];
    if (!Number.isNaN(value)) values.push(value);
  }
  const sorted = Float64Array.from(values).sort();
  const distinct = sorted.filter((value, i) => i === 0 || value !== sorted[i - 1]);
  if (distinct.length === 0) {
    throw new InvalidInputError(`${WHAT}: column ${column} holds no value`, { hint: 'Choose another feature.' });
  }
  if (distinct.length < resolution) return distinct;
  const [from, to] = [quantile(sorted, low), quantile(sorted, high)];
  if (!(from < to)) {
    throw new InvalidInputError(`${WHAT}: the percentiles of column ${column} are one value, ${from}`, {
      hint: 'Widen percentiles, or pass customValues.',
    });
  }
  return Float64Array.from({ length: resolution }, (_, i) =>
    i === resolution - 1 ? to : from + (i * (to - from)) / (resolution - 1),
  );
}

/** scipy's mquantiles with its defaults (alphap = betap = 0.4; Cunnane), which scikit-learn's grid uses. */
function quantile(sorted: Float64Array, share: number): number {
  const n = sorted.length;
  const place = n * share + 0.4 + share * 0.2;
  const k = Math.floor(Math.min(Math.max(place, 1), n - 1));
  const part = Math.min(Math.max(place - k, 0), 1);
  return n === 1 ? sorted[0] : (1 - part) * sorted[k - 1] + part * sorted[k];
}
