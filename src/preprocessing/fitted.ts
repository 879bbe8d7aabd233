/** What a pipeline learns from the training rows, as plain data: one step for each column that becomes features. */
import type { CategoricalColumn } from '../core/column.js';
import { ConfigError, InvalidInputError } from '../core/errors.js';
import type { Matrix } from '../core/matrix.js';
import type { Split, SplitRole } from '../core/split.js';
import type { Table } from '../core/table.js';
import { type ColumnSource, categoriesOf, checkedFinite, sourceOf, unknownColumn } from './column-source.js';
import { type Encoder, encoderOutputs, fitFrequency, fitOneHot, fitOrdinal } from './encoder.js';
import type { Expression } from './expression.js';
import { listFeatures, planFeatures } from './feature-plan.js';
import { categoryFill, fillRule, numericFill } from './imputer.js';
import type { InputColumn } from './input-column.js';
import { type EncodingMethod, featuresOf, type ResolvedOptions } from './options.js';
import { type PreparedColumns, prepare } from './prepare.js';
import type { EarlierRows } from './raw-splits.js';
import { fitScaler, type Scaler, scalingMethod } from './scaler.js';
import { countCategories, type NumericSummary, summarize, type TrainStatistics } from './statistics.js';
import { fitTarget } from './target-encoder.js';

export interface NumericStep {
  readonly kind: 'numeric';
  readonly name: string;
  /** What replaces missing values; null leaves them. */
  readonly fill: number | null;
  readonly scaler: Scaler;
}

export interface EncodedStep {
  readonly kind: 'encoded';
  readonly name: string;
  /** What replaces missing text; null leaves it missing. */
  readonly fill: string | null;
  readonly encoder: Encoder;
}

/** 1 where the column is missing, else 0. */
export interface IndicatorStep {
  readonly kind: 'indicator';
  readonly name: string;
}

export type Step = NumericStep | EncodedStep | IndicatorStep;

/** Everything `transform` needs besides the options. */
export interface Fitted {
  /** Columns of the training data, in order. */
  readonly inputs: readonly InputColumn[];
  /** Those that are read; the others may be absent later. */
  readonly required: readonly string[];
  /** Time columns that calendar features come from; empty with `timeFeatures` means the split's own times. */
  readonly timeColumns: readonly string[];
  readonly steps: readonly Step[];
  readonly featureNamesOut: readonly string[];
  readonly statistics: TrainStatistics;
}

/** Names of the features a step makes. */
export function stepOutputs(step: Step): string[] {
  if (step.kind === 'numeric') return [step.name];
  return step.kind === 'indicator' ? [`${step.name}_missing`] : encoderOutputs(step.name, step.encoder);
}

/** Fits all steps. The caller has checked the role; see `PreprocessingPipeline.fit` for what is thrown. */
export function fitSteps(
  train: Split<'train', Table | Matrix>,
  options: ResolvedOptions,
  expressions: ReadonlyMap<string, Expression>,
  history?: EarlierRows,
): Fitted {
  const source = sourceOf(train.X, options.columns.names);
  checkTraining(train, source);
  const plan = planFeatures(listFeatures(featuresOf(options), expressions), source.names);
  const timeColumns = options.timeFeatures ? source.names.filter((name) => source.kind(name) === 'time') : [];
  const prepared = prepare(source, plan, timeColumns, options, train, history);
  checkOverrides(options, prepared.source);
  const fitting = new Fitting(train, options, prepared);
  for (const name of selected(options.columns, prepared.source, source)) fitting.add(name);
  const steps = fitting.steps();
  const featureNamesOut = steps.flatMap(stepOutputs);
  checkOutputs(featureNamesOut, fitting);
  const read = new Set([...steps.map((step) => step.name), ...plan.inputs, ...timeColumns]);
  return {
    inputs: source.names.map((name) => ({ name, kind: source.kind(name) })),
    required: source.names.filter((name) => read.has(name)),
    timeColumns,
    steps,
    featureNamesOut,
    statistics: fitting.statistics(),
  };
}

function checkTraining(train: Split<'train', Table | Matrix>, source: ColumnSource): void {
  if (source.rowCount === 0 || source.names.length === 0) {
    throw new InvalidInputError(
      `Preprocessing cannot be fitted on ${source.rowCount} rows of ${source.names.length} columns`,
      {
        hint: 'Give it at least one training row and one column.',
      },
    );
  }
  checkLengths(train, source.rowCount);
}

/** Throws `InvalidInputError` when labels, weights, times, label ends or groups of a split are not one a row. */
export function checkLengths(split: Split<SplitRole, unknown>, rows: number): void {
  const parts = { labels: split.y, weights: split.weights, times: split.times };
  for (const [what, values] of Object.entries({ ...parts, labelEnds: split.labelEnds, groups: split.groups })) {
    if (values === undefined || values.length === rows) continue;
    throw new InvalidInputError(`The ${split.role} split has ${rows} rows and ${values.length} ${what}`, {
      hint: `Give one of ${what} for each row of X.`,
      details: { role: split.role, rows, [what]: values.length },
    });
  }
}

/** Columns that become features, in order; unknown names in `select` and `drop` are an `InvalidInputError`. */
function selected(columns: ResolvedOptions['columns'], prepared: ColumnSource, raw: ColumnSource): readonly string[] {
  for (const name of [...(columns.select ?? []), ...(columns.drop ?? [])]) {
    if (!prepared.has(name)) throw unknownColumn(name, prepared.names, 'Preprocessing option columns');
  }
  const dropped = new Set(columns.drop);
  // Raw time columns say when, not what: a model fitted on them learns the calendar of the training rows.
  const all = columns.select ?? prepared.names.filter((name) => !(raw.has(name) && raw.kind(name) === 'time'));
  return [...new Set(all)].filter((name) => !dropped.has(name));
}

function checkOverrides(options: ResolvedOptions, prepared: ColumnSource): void {
  for (const key of ['imputation', 'scaling', 'encoding'] as const) {
    for (const name of Object.keys(options[key].columns)) {
      if (!prepared.has(name)) throw unknownColumn(name, prepared.names, `Preprocessing option ${key}.columns`);
    }
  }
}

function checkOutputs(names: readonly string[], fitting: Fitting): void {
  if (names.length === 0) {
    throw new InvalidInputError('Preprocessing leaves no features', {
      hint: 'Every column was dropped: see details, and the options columns, encoding, dropAllMissing and dropConstant.',
      details: { dropped: fitting.statistics().dropped },
    });
  }
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) {
      throw new ConfigError(`Two features would be called '${name}'`, {
        hint: 'Rename the column or the category it comes from.',
        details: { feature: name },
      });
    }
    seen.add(name);
  }
}

/** Collects steps and statistics, one column at a time. */
class Fitting {
  private readonly main: Step[] = [];
  private readonly indicators: IndicatorStep[] = [];
  private readonly summaries: [string, NumericSummary][] = [];
  private readonly counted: [string, ReturnType<typeof countCategories>][] = [];
  private readonly missing: [string, number][] = [];
  private readonly dropped: { column: string; reason: 'all missing' | 'constant' }[] = [];
  private readonly scratch: Float64Array;
  private readonly buffer: Float64Array;

  constructor(
    private readonly train: Split<'train', Table | Matrix>,
    private readonly options: ResolvedOptions,
    private readonly prepared: PreparedColumns,
  ) {
    this.scratch = new Float64Array(prepared.source.rowCount);
    this.buffer = new Float64Array(prepared.source.rowCount);
  }

  steps(): Step[] {
    return [...this.main, ...this.indicators];
  }

  add(name: string): void {
    const { source } = this.prepared;
    const text = source.kind(name) === 'categorical';
    const own = this.options.encoding.columns;
    const method = Object.hasOwn(own, name) ? own[name] : text ? this.options.encoding.method : 'none';
    if (method !== 'none') this.addEncoded(name, method);
    else if (!text) this.addNumeric(name);
  }

  private addNumeric(name: string): void {
    const { source } = this.prepared;
    const raw = source.read(name, 0, source.rowCount, this.buffer);
    const values = checkedFinite(raw, name, this.options.infinite);
    const summary = summarize(values, this.scratch);
    const missing = summary ? summary.missing : values.length;
    if (this.isDropped(name, missing, summary !== undefined && summary.minimum === summary.maximum)) return;
    if (summary) {
      checkSize(name, summary);
      this.summaries.push([name, summary]);
    }
    const fill = numericFill(fillRule(this.options.imputation, name), name, values, summary);
    const scaler = fitScaler(
      scalingMethod(this.options.scaling, name),
      { values, summary, fill },
      this.options.scaling,
    );
    this.main.push({ kind: 'numeric', name, fill, scaler });
  }

  private addEncoded(name: string, method: Exclude<EncodingMethod, 'none'>): void {
    const column = categoriesOf(this.prepared.source, name, this.options.infinite);
    const observed = countCategories(column);
    if (this.isDropped(name, observed.missing, observed.categories.length === 1)) return;
    this.counted.push([name, observed]);
    const fill = categoryFill(fillRule(this.options.imputation, name), observed);
    const encoder = this.encoder(name, method, fill === null ? column : filledColumn(column, fill));
    this.main.push({ kind: 'encoded', name, fill, encoder });
  }

  private encoder(name: string, method: Exclude<EncodingMethod, 'none'>, column: CategoricalColumn): Encoder {
    const counted = countCategories(column);
    const settings = this.options.encoding;
    switch (method) {
      case 'one-hot':
        return fitOneHot(counted, settings, name);
      case 'ordinal':
        return fitOrdinal(counted, settings);
      case 'frequency':
        return fitFrequency(counted, settings);
      case 'target':
        return fitTarget(column, counted.categories, this.train, settings);
    }
  }

  /** Notes missing values, and drops the column where the options say so. */
  private isDropped(name: string, missing: number, oneValue: boolean): boolean {
    this.missing.push([name, missing]);
    const { dropAllMissing, dropConstant, imputation } = this.options;
    const allMissing = missing === this.prepared.source.rowCount;
    if ((allMissing && dropAllMissing) || (oneValue && dropConstant)) {
      this.dropped.push({ column: name, reason: allMissing ? 'all missing' : 'constant' });
      return true;
    }
    if (imputation.indicators && missing > 0) this.indicators.push({ kind: 'indicator', name });
    return false;
  }

  statistics(): TrainStatistics {
    const each = (pick: (summary: NumericSummary) => number) =>
      Object.fromEntries(this.summaries.map(([name, summary]) => [name, pick(summary)]));
    return {
      rowsSeen: this.prepared.source.rowCount,
      ...timeRange(this.train.times),
      means: each((s) => s.mean),
      standardDeviations: each((s) => s.standardDeviation),
      medians: each((s) => s.median),
      minima: each((s) => s.minimum),
      maxima: each((s) => s.maximum),
      quantiles: Object.fromEntries(
        this.summaries.map(([name, s]) => [name, { q25: s.lowerQuartile, q75: s.upperQuartile }]),
      ),
      missing: Object.fromEntries(this.missing),
      undefinedRows: this.prepared.undefinedRows,
      categories: Object.fromEntries(this.counted.map(([name, { categories }]) => [name, categories])),
      categoryCounts: Object.fromEntries(this.counted.map(([name, { counts }]) => [name, counts])),
      dropped: this.dropped,
    };
  }
}

function checkSize(name: string, summary: NumericSummary): void {
  if (Number.isFinite(summary.standardDeviation) && Number.isFinite(summary.mean)) return;
  throw new InvalidInputError(`Column '${name}' holds values too large for their mean and deviation to be computed`, {
    hint: 'Rescale it, or take its logarithm by an expression.',
    details: { column: name, minimum: summary.minimum, maximum: summary.maximum },
  });
}

function timeRange(times: Float64Array | undefined): { timeRange?: readonly [number, number] } {
  if (!times || times.length === 0) return {};
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const time of times) {
    if (time < first) first = time;
    if (time > last) last = time;
  }
  return first <= last ? { timeRange: [first, last] } : {};
}

/** The column with missing text replaced, as the encoder is to learn it. */
function filledColumn({ codes, categories }: CategoricalColumn, fill: string): CategoricalColumn {
  const known = categories.indexOf(fill);
  const code = known < 0 ? categories.length : known;
  return {
    kind: 'categorical',
    codes: codes.map((c) => (c < 0 ? code : c)),
    categories: known < 0 ? [...categories, fill] : categories,
  };
}
