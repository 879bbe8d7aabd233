/** From what the caller of `fit` passes to what a model's hooks are given: checked, encoded, without rows of weight 0. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { finiteLabelsInTurns, finiteTimes, isArrayLike, presentGroups, sampleWeightsInTurns } from '../core/checks.js';
import { InvalidInputError } from '../core/errors.js';
import { Matrix, sharedFloat32 } from '../core/matrix.js';
import { Windows } from '../core/windows.js';
import { startWorkers } from '../kernels/pool.js';
import { shared } from '../kernels/shared.js';
import { checkValues, columnCount, rowCount, takeRowsInTurns, toModelInput, windowsOf } from './input.js';
import { internalValidationRows } from './internal-validation.js';
import { checkClasses, distinctLabelsInTurns, encodeLabelsInTurns } from './label-encoder.js';
import { isLarge } from './medians.js';
import { applyMissingTo, type MissingValuePlan, planMissingOf } from './missing.js';
import type {
  EvaluationSet,
  FitData,
  FitRows,
  ModelInfo,
  ModelInputMatrix,
  RowFacts,
  Task,
  TrainingData,
} from './types.js';

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
  /** The model takes `evalSets` and `initScore`. */
  readonly evalSets?: boolean;
  /** The model takes `times`, `labelEnds` and `groups`; others never look at them. */
  readonly rowFacts?: boolean;
  /** Rows a window for models that make windows from rows. */
  readonly sequenceLength?: number;
  readonly seed: number;
  readonly threads: number;
  readonly signal?: AbortSignal;
}

interface Rows {
  readonly X: ModelInputMatrix;
  readonly y: Float64Array;
  readonly weights?: Float32Array;
  readonly initScore?: Float64Array;
  readonly facts?: RowFacts;
}

/** Name of the set that `validation` is. */
const VALIDATION = 'validation';

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
  if (!options.evalSets && (data.evalSets !== undefined || data.initScore !== undefined)) {
    throw new InvalidInputError(`${what}: evalSets and initScore are for boosting models`, {
      hint: 'Leave them out; validation rows go into `validation`.',
    });
  }
  const sets = evaluationSets(data, what);
  if (!info.capabilities.missingValues && data.X instanceof Matrix && isLarge(data.X)) startWorkers(options.threads);
  const known: SharedRows = new Map();
  const given = await readRows(data, info, what, options.sequenceLength, known);
  const featureNames = checkNames(data.featureNames, columnCount(given.X), what);
  const facts = options.rowFacts ? factsOf(data, rowCount(given.X), what) : undefined;
  const weighted = await withoutZeroWeights({ ...given, facts });
  const classes = task === 'classification' ? await distinctLabelsInTurns(weighted.y) : [];
  if (task === 'classification') checkClasses(classes, weighted.y.length, what);
  const encoded = async (rows: Rows, of: string): Promise<Rows> =>
    task === 'classification' ? { ...rows, y: await encodeLabelsInTurns(rows.y, classes, of) } : rows;
  const all = await encoded(weighted, what);
  const evalSets: Record<string, Rows> = {};
  for (const [name, rows] of sets) {
    const label = `${what}: ${name}`;
    evalSets[name] = await encoded(
      await readEvaluationRows(rows, all, info, label, windowsOf(all.X)?.length, known),
      label,
    );
  }
  const { [VALIDATION]: own, ...others } = evalSets;
  const { train, validation } = own
    ? { train: all, validation: own }
    : options.setValidationAside
      ? await setAside(all, classes.length, options.seed)
      : { train: all, validation: undefined };

  const gaps = info.capabilities.missingValues ? undefined : await planMissingOf(train.X, options);
  const missing = gaps?.plan;
  const filled = async ({ X, facts: _facts, ...rest }: Rows) => {
    const nothingMissing = !missing || (gaps.complete && X === train.X);
    return { X: (nothingMissing ? X : await applyMissingTo(X, missing)) as X, ...rest };
  };
  const filledSets: Record<string, FitRows<X>> = {};
  for (const [name, rows] of Object.entries(others)) filledSets[name] = await filled(rows);
  return {
    data: {
      ...(await filled(train)),
      ...train.facts,
      classes,
      validation: validation && (await filled(validation)),
      ...(options.evalSets ? { evalSets: filledSets } : {}),
      featureNames: missing ? missing.kept.map((j) => featureNames[j]) : featureNames,
    },
    fitted: {
      task,
      classes,
      featureNames,
      sequenceLength: windowsOf(given.X)?.length,
      missing,
    },
  };
}

/** `validation` first, then `evalSets` in their order. */
function evaluationSets(data: TrainingData, what: string): [string, EvaluationSet][] {
  const { validation, evalSets = {} } = data;
  if (evalSets === null || typeof evalSets !== 'object' || Array.isArray(evalSets)) {
    throw new InvalidInputError(`${what}: evalSets is not an object of sets by name`, {
      hint: 'evalSets: { test: { X, y } }',
    });
  }
  if (validation && evalSets[VALIDATION]) {
    throw new InvalidInputError(`${what}: validation rows are given twice, as validation and in evalSets`, {
      hint: 'Give one of them.',
    });
  }
  if (evalSets.train) {
    throw new InvalidInputError(`${what}: a set named 'train' would hide the training rows' own values`, {
      hint: 'Choose another name.',
    });
  }
  const sets = Object.entries(evalSets).sort(([a], [b]) => Number(b === VALIDATION) - Number(a === VALIDATION));
  return validation ? [[VALIDATION, validation], ...sets] : sets;
}

async function readRows(
  data: EvaluationSet,
  info: ModelInfo,
  what: string,
  sequenceLength: number | undefined,
  known: SharedRows,
): Promise<Rows> {
  const X = await sharedInput(await toModelInput(data.X, info.inputMode, what, sequenceLength), known);
  const rows = rowCount(X);
  if (rows === 0 || columnCount(X) === 0) {
    throw new InvalidInputError(`${what}: X is empty (${rows} rows, ${columnCount(X)} columns)`, {
      hint: 'Pass at least one row and one column.',
    });
  }
  const y = await finiteLabelsInTurns(data.y, rows, `${what}: y`);
  const weights =
    data.weights === undefined ? undefined : await sampleWeightsInTurns(data.weights, rows, `${what}: weights`);
  const initScore = data.initScore === undefined ? undefined : initialScores(data.initScore, rows, what);
  await checkValues(X, what);
  return { X, y, weights, ...(initScore ? { initScore } : {}) };
}

/** What was given, and its shared copy: sets over the same rows stay over the same rows. */
type SharedRows = Map<Float32Array, Matrix>;

/** Sequences and features in memory that worker threads read: of other memory the message that takes it there would make a copy in one turn. */
async function sharedInput(X: ModelInputMatrix, known: SharedRows): Promise<ModelInputMatrix> {
  if (X instanceof Matrix) return X;
  if (X instanceof Windows) return new Windows(await sharedMatrix(X.base, known), X.ends, X.length);
  return {
    features: await sharedMatrix(X.features, known),
    sequences: (await sharedInput(X.sequences, known)) as Windows,
  };
}

async function sharedMatrix(X: Matrix, known: SharedRows): Promise<Matrix> {
  const before = known.get(X.data);
  if (before) return before;
  const data = await shared(X.data);
  const own = data === X.data ? X : Matrix.wrap(data, X.cols);
  known.set(X.data, own);
  return own;
}

/** (rows * outputs,) finite scores as float64; a copy. The number of outputs is the model's to check. */
function initialScores(values: ArrayLike<number>, rows: number, what: string): Float64Array {
  const whole = isArrayLike(values) && values.length > 0 && values.length % rows === 0;
  const scores = whole ? Float64Array.from(values) : new Float64Array(0);
  if (whole && scores.every(Number.isFinite)) return scores;
  throw new InvalidInputError(`${what}: initScore has to be finite scores, one for each row and output`, {
    hint: 'Pass (n,) values, or (n, outputs) row by row as one array.',
    details: { rows, values: values?.length },
  });
}

async function readEvaluationRows(
  data: EvaluationSet,
  train: Rows,
  info: ModelInfo,
  what: string,
  sequenceLength: number | undefined,
  known: SharedRows,
): Promise<Rows> {
  const rows = await withoutZeroWeights(await readRows(data, info, what, sequenceLength, known));
  const [own, expected] = [windowsOf(rows.X)?.length, windowsOf(train.X)?.length];
  if (own !== expected) {
    throw new InvalidInputError(`${what}: windows of ${own} rows, the training windows have ${expected}`, {
      hint: 'Make all windows of one length.',
    });
  }
  const [columns, others] = [widths(rows.X), widths(train.X)];
  if (columns === others) return rows;
  throw new InvalidInputError(`${what}: ${columns} columns, the training rows have ${others}`, {
    hint: 'Pass the same features in the same order.',
  });
}

/** Columns of every matrix of an input, as text. */
function widths(X: ModelInputMatrix): string {
  const windows = windowsOf(X);
  return X instanceof Matrix || X === windows ? `${columnCount(X)}` : `${columnCount(X)} and ${windows?.base.cols}`;
}

async function setAside(rows: Rows, classes: number, seed: number): Promise<{ train: Rows; validation?: Rows }> {
  await nextTurn();
  const parts = internalValidationRows(rows.y, classes, seed, windowsOf(rows.X));
  await nextTurn();
  return parts
    ? { train: await pick(rows, parts.train), validation: await pick(rows, parts.validation) }
    : { train: rows };
}

async function withoutZeroWeights(rows: Rows): Promise<Rows> {
  const { weights } = rows;
  if (!weights?.includes(0)) return rows;
  const kept: number[] = [];
  for (let i = 0; i < weights.length; i++) if (weights[i] > 0) kept.push(i);
  return pick(rows, Uint32Array.from(kept));
}

async function pick({ X, y, weights, initScore, facts }: Rows, kept: Uint32Array): Promise<Rows> {
  return {
    ...(facts ? { facts: pickFacts(facts, kept) } : {}),
    ...(initScore ? { initScore: takeScores(initScore, initScore.length / y.length, kept) } : {}),
    X: await takeRowsInTurns(X, kept),
    y: take(y, kept, new Float64Array(kept.length)),
    weights: weights && take(weights, kept, sharedFloat32(kept.length)),
  };
}

/** @throws InvalidInputError - not one value a row, a time that is none, a row without a group */
function factsOf({ times, labelEnds, groups }: TrainingData, rows: number, what: string): RowFacts {
  return {
    ...(times === undefined ? {} : { times: finiteTimes(times, rows, `${what}: times`) }),
    ...(labelEnds === undefined ? {} : { labelEnds: finiteTimes(labelEnds, rows, `${what}: labelEnds`) }),
    ...(groups === undefined ? {} : { groups: presentGroups(groups, rows, `${what}: groups`) }),
  };
}

/** The facts of some rows. */
export function pickFacts({ times, labelEnds, groups }: RowFacts, kept: Uint32Array): RowFacts {
  return {
    ...(times ? { times: Float64Array.from(kept, (row) => times[row]) } : {}),
    ...(labelEnds ? { labelEnds: Float64Array.from(kept, (row) => labelEnds[row]) } : {}),
    ...(groups ? { groups: Array.from(kept, (row) => groups[row]) } : {}),
  };
}

function takeScores(scores: Float64Array, outputs: number, kept: Uint32Array): Float64Array {
  const out = new Float64Array(kept.length * outputs);
  for (const [i, row] of kept.entries()) out.set(scores.subarray(row * outputs, (row + 1) * outputs), i * outputs);
  return out;
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
