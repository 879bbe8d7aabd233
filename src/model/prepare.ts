/** From what the caller of `fit` passes to what a model's hooks are given: checked, encoded, without rows of weight 0. */
import { finiteLabels, sampleWeights } from '../core/checks.js';
import { InvalidInputError } from '../core/errors.js';
import { Matrix, sharedFloat32 } from '../core/matrix.js';
import { Windows } from '../core/windows.js';
import { checkValues, columnCount, rowCount, takeRows, toModelInput } from './input.js';
import { internalValidationRows } from './internal-validation.js';
import { checkClasses, distinctLabels, encodeLabels } from './label-encoder.js';
import { applyMissing, type MissingValuePlan, planMissing } from './missing.js';
import type { FitData, ModelInfo, ModelInput, ModelInputMatrix, Task, TrainingData } from './types.js';

/** What prediction must know of the training data; saved with the model. */
export interface LearnedFromData {
  readonly task: Task;
  /** Ascending; empty for regression. */
  readonly classes: readonly number[];
  /** Of the columns as given, dropped ones included. */
  readonly featureNames: readonly string[];
  /** Rows a window, for sequence models. */
  readonly sequenceLength?: number;
  /** For models that cannot take NaN. */
  readonly missing?: MissingValuePlan;
}

export interface PrepareOptions {
  readonly info: ModelInfo;
  readonly task: Task;
  /** Set a tenth of the rows aside for validation when none are given. */
  readonly setValidationAside: boolean;
  readonly seed: number;
}

interface Rows {
  readonly X: ModelInputMatrix;
  readonly y: Float64Array;
  readonly weights?: Float32Array;
}

/** @throws InvalidInputError - anything that cannot be learned from, naming the array and the place */
export async function prepareTraining<X extends ModelInputMatrix>(
  data: TrainingData,
  options: PrepareOptions,
): Promise<{ data: FitData<X>; fitted: LearnedFromData }> {
  const { info, task } = options;
  const what = info.name;
  if (data === null || typeof data !== 'object') {
    throw new InvalidInputError(`${what}: fit takes { X, y }`, { hint: 'model.fit({ X, y })' });
  }
  if (!info.tasks.includes(task)) {
    throw new InvalidInputError(`${what}: task '${task}' is not supported`, {
      hint: `Supported: ${info.tasks.join(', ')}.`,
    });
  }
  const given = await readRows(data, info, what);
  const featureNames = checkNames(data.featureNames, columnCount(given.X), what);
  const weighted = withoutZeroWeights(given);
  const classes = task === 'classification' ? distinctLabels(weighted.y) : [];
  if (task === 'classification') checkClasses(classes, weighted.y.length, what);
  const encoded = (rows: Rows, of: string): Rows =>
    task === 'classification' ? { ...rows, y: encodeLabels(rows.y, classes, of) } : rows;
  const all = encoded(weighted, what);
  const { train, validation } = data.validation
    ? { train: all, validation: encoded(await readValidation(data.validation, all, info), `${what}: validation`) }
    : options.setValidationAside
      ? setAside(all, classes.length, options.seed)
      : { train: all, validation: undefined };

  const missing =
    !info.capabilities.missingValues && train.X instanceof Matrix ? await planMissing(train.X) : undefined;
  const filled = async ({ X, y, weights }: Rows) => ({
    X: (missing && X instanceof Matrix ? await applyMissing(X, missing) : X) as X,
    y,
    weights,
  });
  return {
    data: {
      ...(await filled(train)),
      classes,
      validation: validation && (await filled(validation)),
      featureNames: missing ? missing.kept.map((j) => featureNames[j]) : featureNames,
    },
    fitted: {
      task,
      classes,
      featureNames,
      sequenceLength: given.X instanceof Windows ? given.X.length : undefined,
      missing,
    },
  };
}

type GivenRows = { X: ModelInput; y: ArrayLike<number>; weights?: ArrayLike<number> };

async function readRows(data: GivenRows, info: ModelInfo, what: string): Promise<Rows> {
  const X = await toModelInput(data.X, info.inputMode, what);
  const rows = rowCount(X);
  if (rows === 0 || columnCount(X) === 0) {
    throw new InvalidInputError(`${what}: X is empty (${rows} rows, ${columnCount(X)} columns)`, {
      hint: 'Pass at least one row and one column.',
    });
  }
  const y = finiteLabels(data.y, rows, `${what}: y`);
  const weights = data.weights === undefined ? undefined : sampleWeights(data.weights, rows, `${what}: weights`);
  await checkValues(X, what);
  return { X, y, weights };
}

async function readValidation(data: GivenRows, train: Rows, info: ModelInfo): Promise<Rows> {
  const what = `${info.name}: validation`;
  const rows = withoutZeroWeights(await readRows(data, info, what));
  const [own, expected] = [columnCount(rows.X), columnCount(train.X)];
  if (own === expected) return rows;
  throw new InvalidInputError(`${what}: ${own} columns, the training rows have ${expected}`, {
    hint: 'Pass the same features in the same order.',
  });
}

function setAside(rows: Rows, classes: number, seed: number): { train: Rows; validation?: Rows } {
  const parts = internalValidationRows(rows.y, classes, seed);
  return parts ? { train: pick(rows, parts.train), validation: pick(rows, parts.validation) } : { train: rows };
}

function withoutZeroWeights(rows: Rows): Rows {
  const { weights } = rows;
  if (!weights?.includes(0)) return rows;
  const kept: number[] = [];
  for (let i = 0; i < weights.length; i++) if (weights[i] > 0) kept.push(i);
  return pick(rows, Uint32Array.from(kept));
}

function pick({ X, y, weights }: Rows, kept: Uint32Array): Rows {
  return {
    X: takeRows(X, kept),
    y: take(y, kept, new Float64Array(kept.length)),
    weights: weights && take(weights, kept, sharedFloat32(kept.length)),
  };
}

function take<T extends Float64Array | Float32Array>(values: T, kept: Uint32Array, out: T): T {
  for (let i = 0; i < kept.length; i++) out[i] = values[kept[i]];
  return out;
}

function checkNames(names: readonly string[] | undefined, columns: number, what: string): readonly string[] {
  if (names === undefined) return Array.from({ length: columns }, (_, j) => `f${j}`);
  if (names.length !== columns) {
    throw new InvalidInputError(`${what}: ${names.length} feature names for ${columns} columns`, {
      hint: 'Pass one name for each column.',
    });
  }
  const seen = new Set<string>();
  for (const name of names) {
    if (typeof name !== 'string' || seen.has(name)) {
      throw new InvalidInputError(
        `${what}: feature name '${String(name)}' ${seen.has(name) ? 'occurs twice' : 'is not a string'}`,
        { hint: 'Names must be different strings.' },
      );
    }
    seen.add(name);
  }
  return [...names];
}
