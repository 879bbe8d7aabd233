/** `shapValues`: what each feature adds to each prediction, by the method that is exact for the model at hand. */
import { throwIfAborted } from '../core/abort.js';
import { ConfigError, InvalidInputError } from '../core/errors.js';
import { Matrix } from '../core/matrix.js';
import type { ProgressListener } from '../core/progress.js';
import { resolveThreads } from '../core/threads.js';
import type { BaseModel } from '../model/base-model.js';
import type { ModelExplanation } from '../model/explanation.js';
import { toModelInput } from '../model/input.js';
import type { ModelInput, ModelInputMatrix } from '../model/types.js';
import { linearShap } from './linear-shap.js';
import { checkModelObject, checkOptions } from './options.js';
import type { ShapResult } from './shap-result.js';
import { treeShap, type Worth } from './tree-shap.js';

/** How `shapValues` explains: interactions, background rows, threads, cancelling. */
export interface ShapOptions {
  /** Also the values of pairs of features, (rows, outputs, features, features). Default false. */
  interactions?: boolean;
  /**
   * Rows that stand for the data: a feature that is not known has a background row's value (interventional). Without, trees weigh what is
   * not known by their training rows (path-dependent). Linear models need it.
   */
  background?: ModelInput;
  threads?: number;
  signal?: AbortSignal;
  onProgress?: ProgressListener;
}

const OPTIONS = [
  'interactions',
  'background',
  'threads',
  'signal',
  'onProgress',
] as const satisfies (keyof ShapOptions)[];
const WHAT = 'shapValues';
/** Numbers of a result: 4 GiB of float64. */
const MOST_VALUES = 2 ** 29;

/**
 * Exact Shapley values of the rows of X: TreeSHAP for `xgboost` (gblinear as a linear model), `lightgbm`, `catboost` and `random_forest`
 * (Lundberg et al., "From local explanations to global understanding with explainable AI for trees", 2020), linear SHAP for
 * `logistic`, `ridge` and `svm` with a linear kernel. Of boosting models and linear classifiers the raw scores before the link function are explained,
 * of forests the probabilities. Base value and values add up to the model's output, which is checked. The same bytes for any number of threads.
 *
 * @example
 * const { values, baseValues, featureNames } = await shapValues(model, XTest);
 * @throws NotFittedError - before `fit`
 * @throws InvalidInputError - a model without an exact method, other columns than in training, an empty background or none where one is needed
 * @throws ConfigError - an unknown option, or one of the wrong type
 * @throws TrainingCancelledError - `signal` was aborted
 */
export async function shapValues(model: BaseModel, X: ModelInput, options: ShapOptions = {}): Promise<ShapResult> {
  checkModelObject(WHAT, model);
  checkOptions(WHAT, options, OPTIONS);
  const { interactions = false, background: rows, signal, onProgress } = options;
  if (typeof interactions !== 'boolean') {
    throw new ConfigError(`${WHAT}: interactions has to be true or false`, { hint: 'Pass interactions: true.' });
  }
  const threads = resolveThreads(options.threads);
  throwIfAborted(signal, 'Explaining');
  const { explanation, kept } = model.toExplanation();
  const body = requireExplanation(model, explanation);
  const data = await toModelInput(X, 'features', `${model.info.name}: ${WHAT}`);
  const input = featuresOf(await model.toOwnInput(X));
  if (input.rows === 0) throw new InvalidInputError(`${WHAT}: X has no rows`, { hint: 'Pass rows to explain.' });
  const background = rows === undefined ? undefined : await backgroundOf(model, rows);
  checkMethod(model, body, background);
  const features = model.featureNames.length;
  const size = input.rows * (body.kind === 'trees' && body.complement ? 2 : body.outputs) * features;
  if (size * (interactions ? features : 1) > MOST_VALUES) {
    throw new InvalidInputError(`${WHAT}: the result would have ${size * (interactions ? features : 1)} numbers`, {
      hint: `Explain fewer rows at a time; ${MOST_VALUES} numbers are the most.`,
    });
  }
  const worth =
    body.kind === 'trees'
      ? await treeShap(body, input, { interactions, background, threads, signal, onProgress })
      : await linearShap(body, input, background, interactions);
  throwIfAborted(signal, 'Explaining');
  const {
    values,
    baseValues,
    outputs,
    interactions: pairs,
  } = kept ? spread(worth, kept, body.features, features) : worth;
  return {
    values,
    ...(pairs ? { interactions: pairs } : {}),
    baseValues,
    rows: input.rows,
    features,
    outputs,
    featureNames: model.featureNames,
    outputNames: outputNames(model, outputs, body.pairs),
    unit: body.unit,
    method: body.kind === 'linear' ? 'linear' : background ? 'tree-interventional' : 'tree-path-dependent',
    data: featuresOf(data),
  };
}

function requireExplanation(model: BaseModel, explanation: ModelExplanation | undefined): ModelExplanation {
  if (explanation) return explanation;
  throw new InvalidInputError(`${WHAT}: there is no exact method for '${model.info.name}'`, {
    hint: 'shapValues explains xgboost, lightgbm, catboost, random_forest, logistic, ridge and svm with a linear kernel; of an ensemble, explain the members. permutationImportance and partialDependence work with any model.',
    details: { model: model.info.name },
  });
}

async function backgroundOf(model: BaseModel, rows: ModelInput): Promise<Matrix> {
  const background = featuresOf(await model.toOwnInput(rows));
  if (background.rows > 0) return background;
  throw new InvalidInputError(`${WHAT}: the background has no rows`, {
    hint: 'Pass some training rows (a hundred are usually enough), or leave background out.',
  });
}

function checkMethod(model: BaseModel, body: ModelExplanation, background: Matrix | undefined): void {
  if (background) return;
  if (body.kind === 'linear' && !body.fromZero) {
    throw new InvalidInputError(`${WHAT}: '${model.info.name}' needs a background`, {
      hint: 'Pass training rows as background: values are measured from their mean.',
    });
  }
  if (body.kind === 'trees' && !body.covers) {
    throw new InvalidInputError(`${WHAT}: the model's file does not say how many training rows its leaves had`, {
      hint: 'Pass training rows as background.',
    });
  }
}

function featuresOf(X: ModelInputMatrix): Matrix {
  if (X instanceof Matrix) return X;
  throw new InvalidInputError(`${WHAT}: X has to be rows of features`, { hint: 'Windows cannot be explained.' });
}

/** Values of the columns that the model kept, among all that it was given. */
function spread(worth: Worth, kept: readonly number[], own: number, features: number): Worth {
  const wider = (values: Float64Array): Float64Array => {
    const out = new Float64Array((values.length / own) * features);
    for (let i = 0; i < values.length; i++) out[Math.floor(i / own) * features + kept[i % own]] = values[i];
    return out;
  };
  if (own === features) return worth;
  const { interactions } = worth;
  if (!interactions) return { ...worth, values: wider(worth.values) };
  const pairs = wider(interactions);
  const square = new Float64Array((pairs.length / own) * features);
  for (let i = 0; i < pairs.length; i++) {
    const line = Math.floor(i / features);
    square[(Math.floor(line / own) * features + kept[line % own]) * features + (i % features)] = pairs[i];
  }
  return { ...worth, values: wider(worth.values), interactions: square };
}

/** Labels where each class has an output; pairs of labels where each pair has one. */
function outputNames({ classes }: BaseModel, outputs: number, pairs = false): string[] {
  if (classes.length === 0) return outputs === 1 ? ['value'] : Array.from({ length: outputs }, (_, k) => `value ${k}`);
  if (outputs === 1) return ['margin'];
  if (!pairs) return classes.map(String);
  return classes.flatMap((a, i) => classes.slice(i + 1).map((b) => `${a} or ${b}`));
}
