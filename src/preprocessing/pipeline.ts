/**
 * `PreprocessingPipeline`: raw columns to a float32 feature matrix. Everything it learns comes from training rows: `fit` takes no other
 * split, by type and at run time, and keeps a record of the rows it saw.
 */
import { InvalidInputError, NotFittedError } from '../core/errors.js';
import { Matrix } from '../core/matrix.js';
import { assertRole, type Split, type SplitRole } from '../core/split.js';
import { Table } from '../core/table.js';
import { useRows } from '../splits/claim-rows.js';
import { inheritRows, rowsIn } from '../splits/row-origin.js';
import { applySteps } from './apply.js';
import type { Expression } from './expression.js';
import { listFeatures, parseExpressions, planFeatures } from './feature-plan.js';
import { checkLengths, type Fitted, fitSteps } from './fitted.js';
import { featuresOf, type PreprocessingOptions, type ResolvedOptions, resolveOptions } from './options.js';
import { loadState, type PipelineState, readState, saveState, stateOf } from './pipeline-file.js';
import { matchInput, prepare } from './prepare.js';
import type { EarlierRows, RawSplits, SplitTransform } from './raw-splits.js';
import type { RowContext } from './segments.js';
import type { TrainStatistics } from './statistics.js';

/** What is known about rows beside their columns. */
export interface TransformContext extends RowContext {
  /** Rows before and between these: lets lags and windows reach back to them. Without it those values are missing (and imputed). */
  readonly history?: EarlierRows;
}

const ROLES: readonly SplitRole[] = ['train', 'validation', 'test', 'holdout'];

/**
 * Feature engineering, imputation, scaling and encoding, fitted on training rows only. In this order: causal features (expressions, lags,
 * differences, rolling and exponentially weighted statistics, calendar parts), choice of columns, then for each column either imputation and
 * scaling (numeric) or imputation and encoding (text). Features come in the order of the columns, missing indicators last.
 *
 * Defaults: median imputation, standard scaling, one-hot encoding, columns without any training value dropped. Sample weights are carried,
 * not used. Numbers agree with scikit-learn's StandardScaler, RobustScaler, MinMaxScaler, QuantileTransformer, SimpleImputer, OneHotEncoder,
 * OrdinalEncoder and TargetEncoder; they are computed in float64 and stored in float32.
 *
 * @example
 * const pipeline = new PreprocessingPipeline({ imputation: 'median', scaling: 'robust' });
 * const container = pipeline.fitTransform(TimeSeriesDataContainer.fromTable(table, { label: 'label', time: 'time' }));
 * pipeline.trainStatistics.means.close; // from training rows only
 */
export class PreprocessingPipeline {
  /** The options with all defaults filled in. */
  readonly options: ResolvedOptions;
  private readonly expressions: ReadonlyMap<string, Expression>;
  private fitted: Fitted | undefined;

  /** Throws `ConfigError` for unknown keys (with the nearest one), wrong values, and expressions outside the language. */
  constructor(options: PreprocessingOptions = {}) {
    this.options = resolveOptions(options);
    this.expressions = parseExpressions(this.options.expressions);
    listFeatures(featuresOf(this.options), this.expressions);
  }

  /** Whether `fit` has been called, or the pipeline was loaded. */
  get isFitted(): boolean {
    return this.fitted !== undefined;
  }

  /**
   * Learns everything from the training rows. Throws `DataLeakageError` for a split of another role, `InvalidInputError` for no rows, unknown
   * columns, infinite values, rows out of time order (where features look back), or when no feature is left.
   */
  fit(train: Split<'train', Table | Matrix>): this {
    this.fitWith(train);
    return this;
  }

  /**
   * The features of a split, in the same role, with labels, weights, times, label spans and groups carried over; or of bare rows.
   *
   * Target encodings of a split in the train role are out of fold, by its own rows: no training row sees its own label. Bare rows are new rows:
   * give training rows as a split.
   *
   * Throws `NotFittedError` before `fit`, and `InvalidInputError` for a missing column, one whose type has changed, a wrong number of columns,
   * infinite values, or (where asked) unknown categories.
   */
  transform<R extends SplitRole>(split: Split<R, Table | Matrix>, context?: TransformContext): Split<R, Matrix>;
  transform(rows: Table | Matrix, context?: TransformContext): Matrix;
  transform<R extends SplitRole>(
    data: Split<R, Table | Matrix> | Table | Matrix,
    context: TransformContext = {},
  ): Split<R, Matrix> | Matrix {
    const fitted = this.require('transform');
    if (data instanceof Table || data instanceof Matrix) return this.features(fitted, data, context);
    checkSplit(data);
    return this.transformSplit(fitted, data, context.history);
  }

  /**
   * Fits on `raw.train` and transforms every split, each with the rows before and between its own as history, so that lags and windows are
   * those a live system would have: at the start of validation and test, and past rows that were purged or have no label. The holdout stays
   * sealed and is transformed when it is unlocked.
   */
  fitTransform<C>(raw: RawSplits<C>): C {
    if (typeof raw?.withFeatures !== 'function') {
      throw new InvalidInputError('fitTransform takes raw splits, as TimeSeriesDataContainer.fromTable makes them', {
        hint: 'For single splits use fit(train) and transform(split).',
      });
    }
    // Bound to this fit: a holdout unlocked later must not see a pipeline that was fitted again meanwhile.
    const fitted = this.fitWith(raw.train, raw.trainHistory);
    const transform: SplitTransform = (split, history) => this.transformSplit(fitted, split, history);
    return raw.withFeatures(transform, fitted.featureNamesOut);
  }

  /** What `fit` saw of the training rows. Throws `NotFittedError` before it. */
  get trainStatistics(): TrainStatistics {
    return this.require('trainStatistics').statistics;
  }

  /** Names of the features, one for each column of the transformed matrix. Throws `NotFittedError` before `fit`. */
  get featureNamesOut(): string[] {
    return [...this.require('featureNamesOut').featureNamesOut];
  }

  /** Names of the raw columns that `transform` needs. Throws `NotFittedError` before `fit`. */
  get requiredColumns(): string[] {
    return [...this.require('requiredColumns').required];
  }

  /** Writes `preprocessing.json` into `directory`, atomically; other files there are left alone. Throws `NotFittedError` before `fit`. */
  async save(directory: string): Promise<void> {
    await saveState(directory, this.toJSON());
  }

  /** Reads what `save` wrote. Throws `ModelFormatError` saying which part is missing, damaged or from a newer version. */
  static async load(directory: string): Promise<PreprocessingPipeline> {
    return PreprocessingPipeline.fromJSON(await loadState(directory));
  }

  /** The fitted pipeline as plain data, for a model bundle to hold. Throws `NotFittedError` before `fit`. */
  toJSON(): PipelineState {
    return stateOf(this.options, this.expressions, this.require('save'));
  }

  /** The inverse of `toJSON`; throws `ModelFormatError` as `load` does. */
  static fromJSON(state: unknown): PreprocessingPipeline {
    const { options, expressions, fitted } = readState(state);
    // Expressions come parsed: predicting with a saved pipeline does not load the expression parser.
    const pipeline = Object.create(PreprocessingPipeline.prototype) as PreprocessingPipeline;
    Object.assign(pipeline, { options, expressions, fitted });
    return pipeline;
  }

  private fitWith(train: Split<'train', Table | Matrix>, history?: EarlierRows): Fitted {
    assertRole(train, ['train'], 'PreprocessingPipeline.fit');
    const fitted = fitSteps(train, this.options, this.expressions, history);
    // Each fit is a user of its own: features that an earlier fit made stay what they are.
    if (rowsIn(train.X).length > 0) useRows('preprocess', train, { name: 'preprocessing', subject: fitted });
    this.fitted = fitted;
    return fitted;
  }

  private require(doing: string): Fitted {
    if (this.fitted) return this.fitted;
    throw new NotFittedError(`PreprocessingPipeline.${doing}: the pipeline is not fitted`, {
      hint: 'Call fit(container.train) or fitTransform(raw) first, or load a saved pipeline.',
    });
  }

  private transformSplit<R extends SplitRole>(
    fitted: Fitted,
    split: Split<R, Table | Matrix>,
    history: EarlierRows | undefined,
  ): Split<R, Matrix> {
    const context = { times: split.times, groups: split.groups, history };
    const X = this.features(fitted, split.X, context, split.role === 'train' ? split : undefined);
    inheritRows(split.X, X, { makers: [fitted] });
    return { ...split, X };
  }

  private features(
    fitted: Fitted,
    X: Table | Matrix,
    context: TransformContext,
    training?: Split<SplitRole, Table | Matrix>,
  ): Matrix {
    const input = matchInput(X, fitted.inputs, fitted.required);
    const names = fitted.inputs.map(({ name }) => name);
    const plan = planFeatures(listFeatures(featuresOf(this.options), this.expressions), names);
    const { source } = prepare(input, plan, fitted.timeColumns, this.options, context, context.history);
    return applySteps(source, fitted.steps, this.options.infinite, training);
  }
}

function checkSplit(split: Split<SplitRole, Table | Matrix>): void {
  assertRole(split, ROLES, 'PreprocessingPipeline.transform');
  const rows = split.X instanceof Table ? split.X.rowCount : split.X instanceof Matrix ? split.X.rows : undefined;
  if (rows !== undefined) checkLengths(split, rows);
}
