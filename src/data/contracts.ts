/**
 * Contracts: zod schemas of what training takes and gives, for callers that receive these values from elsewhere (a queue, a file, another
 * service). `contract.parse(value, 'what it is')` returns the value or throws a `ConfigError` naming every problem; `contract()` is the schema.
 */
import { ConfigError } from '../core/errors.js';
import { type LazySchema, lazySchema, type SchemaOutput, type ZodModule, type ZodType } from '../core/schema.js';
import { nearest } from '../core/text.js';

const isNumbers = (value: unknown): value is ArrayLike<number> =>
  (ArrayBuffer.isView(value) &&
    !(value instanceof DataView) &&
    !(value instanceof BigInt64Array) &&
    !(value instanceof BigUint64Array)) ||
  (Array.isArray(value) && value.every((item) => typeof item === 'number'));

const isMatrix = (value: unknown): value is { data: Float32Array; rows: number; cols: number } => {
  const { data, rows, cols } = (value ?? {}) as { data?: unknown; rows?: unknown; cols?: unknown };
  return (
    data instanceof Float32Array && typeof rows === 'number' && typeof cols === 'number' && data.length === rows * cols
  );
};

const isRows = (value: unknown): value is ArrayLike<ArrayLike<number>> =>
  Array.isArray(value) && value.every((row) => isNumbers(row) && row.length === value[0].length);

const rowsOf = (X: unknown): number => (isMatrix(X) ? X.rows : (X as ArrayLike<unknown>).length);

/** A number that may be unknown: NaN in memory, null in JSON. */
const score = (z: ZodModule) => z.union([z.number(), z.nan(), z.null()]);
const name = (z: ZodModule) => z.string().min(1);
const task = (z: ZodModule) => z.enum(['classification', 'regression']);
const numbers = (z: ZodModule) => z.custom<ArrayLike<number>>(isNumbers, 'expected an array of numbers');

/** (rows, features) with a label each: `X` a Matrix or an array of equally long rows. */
const labelledRows = (z: ZodModule) =>
  z
    .object({
      X: z.custom<ArrayLike<ArrayLike<number>> | { data: Float32Array; rows: number; cols: number }>(
        (value) => isMatrix(value) || isRows(value),
        'expected a Matrix or an array of equally long rows of numbers',
      ),
      y: numbers(z),
      weights: numbers(z).optional(),
    })
    .refine(({ X, y }) => rowsOf(X) === y.length, 'X and y differ in their number of rows')
    .refine(({ weights, y }) => weights === undefined || weights.length === y.length, 'weights and y differ in length')
    .refine(({ y }) => y.length > 0, 'there are no rows')
    .refine(({ y }) => Array.prototype.every.call(y, Number.isFinite), 'a label is missing or infinite')
    .refine(
      ({ weights }) =>
        weights === undefined ||
        Array.prototype.every.call(weights, (w: number) => w >= 0 && w < Number.POSITIVE_INFINITY),
      'a weight is negative, missing or infinite',
    );

/** What `fit` takes: rows to learn from, and rows to validate on. */
export const trainingDataContract = lazySchema((z) =>
  z.intersection(
    labelledRows(z),
    z.object({ validation: labelledRows(z).optional(), featureNames: z.array(name(z)).optional() }),
  ),
);

/** A model to be tried: a registered name with its settings. */
export const modelCandidateContract = lazySchema((z) =>
  z.strictObject({
    name: name(z),
    family: name(z).optional(),
    task: task(z).optional(),
    variant: name(z).optional(),
    config: z.record(z.string(), z.unknown()).default({}),
    /** What tuning may vary, by parameter. */
    space: z.record(z.string(), z.unknown()).optional(),
    seed: z.number().int().optional(),
  }),
);

/** The outcome of `qualityReport`. */
export const qcReportContract = lazySchema((z) =>
  z.strictObject({
    status: z.enum(['PASSED', 'WARNING', 'FAILED']),
    score: z.number().min(0).max(1),
    rowCount: z.number().int().min(0),
    columnCount: z.number().int().min(0),
    classCounts: z.array(z.strictObject({ label: z.string(), count: z.number().int().min(0) })).optional(),
    findings: z.array(
      z.strictObject({
        code: name(z),
        severity: z.enum(['info', 'warning', 'error']),
        column: z.string().optional(),
        message: z.string(),
        rows: z.array(z.number().int().min(0)).optional(),
        values: z.record(z.string(), z.number()).optional(),
      }),
    ),
  }),
);

/** What `predict` returns. */
export const predictionsContract = lazySchema((z) =>
  z
    .object({
      predictions: numbers(z),
      probabilities: z
        .custom<{ data: Float32Array; rows: number; cols: number }>(isMatrix, 'expected a Matrix')
        .optional(),
      confidence: numbers(z).optional(),
      classes: z.array(z.number()),
    })
    .refine(({ predictions }) => Array.prototype.every.call(predictions, Number.isFinite), 'a prediction is not finite')
    .refine(
      ({ predictions, probabilities, classes }) =>
        !probabilities || (probabilities.rows === predictions.length && probabilities.cols === classes.length),
      'probabilities are not (rows, classes)',
    )
    .refine(
      ({ predictions, confidence }) => !confidence || confidence.length === predictions.length,
      'confidence and predictions differ in length',
    ),
);

/** What `fit` returns. */
export const trainingMetricsContract = lazySchema((z) =>
  z.object({
    trainLoss: score(z),
    valLoss: score(z),
    trainAccuracy: score(z),
    valAccuracy: score(z),
    bestEpoch: z.number().int().min(0),
    totalEpochs: z.number().int().min(0),
    earlyStopped: z.boolean(),
    trainingTime: z.number().min(0),
    history: z.array(z.object({ epoch: z.number().int(), trainLoss: score(z), valLoss: score(z) })),
    warnings: z.array(z.string()).default([]),
  }),
);

/** Scores by metric name. */
export const metricsContract = lazySchema((z) => z.record(z.string(), score(z)));

/** A model that was trained and saved. */
export const trainedModelContract = lazySchema((z) =>
  z.strictObject({
    runId: name(z),
    name: name(z),
    family: name(z),
    task: task(z),
    /** Directory for `loadModel`. */
    directory: name(z),
    classes: z.array(z.number()),
    featureNames: z.array(name(z)).min(1),
    seed: z.number().int(),
    symbol: z.string().optional(),
    horizon: z.number().int().positive().optional(),
    metrics: trainingMetricsContract(),
    trainMetrics: metricsContract().optional(),
    validationMetrics: metricsContract().optional(),
    testMetrics: metricsContract().optional(),
    /** From here on: what a run of the agent knows beside. */
    experimentId: name(z).optional(),
    modelVersionId: name(z).optional(),
    algorithmName: name(z).optional(),
    framework: name(z).optional(),
    /** Those of the final model, the best that tuning found among them. */
    hyperparameters: z.record(z.string(), z.unknown()).optional(),
    hyperparameterSpace: z.record(z.string(), z.unknown()).optional(),
    tuningTrials: z.number().int().min(0).optional(),
    modelArtifactUri: name(z).optional(),
    preprocessingArtifactUri: name(z).optional(),
    trainSamples: z.number().int().min(0).optional(),
    validationSamples: z.number().int().min(0).optional(),
    testSamples: z.number().int().min(0).optional(),
    /** From the start of the run to its end. */
    trainingDurationSeconds: z.number().min(0).optional(),
    /** ISO 8601. */
    completedAt: z.iso.datetime().optional(),
  }),
);

/** What a training run hands to evaluation and operations. */
export const handoffContract = lazySchema((z) =>
  z.strictObject({
    runId: name(z),
    /** ISO 8601. */
    createdAt: z.iso.datetime(),
    model: trainedModelContract(),
    qc: qcReportContract().optional(),
    /** Paths or URIs by what they hold: model, report, config, preprocessing. */
    artifacts: z.record(z.string(), name(z)),
    nextSteps: z.array(name(z)),
  }),
);

/** A model to train: name, family and hyperparameters. */
export type ModelCandidate = SchemaOutput<typeof modelCandidateContract>;
/** A trained model as other systems see it: where it lies, what it scores, how it was made. */
export type TrainedModel = SchemaOutput<typeof trainedModelContract>;
/** A handoff document: run, metrics, addresses, next steps. */
export type Handoff = SchemaOutput<typeof handoffContract>;

/** All contracts by name. */
export const CONTRACTS = {
  qcReport: qcReportContract,
  modelCandidate: modelCandidateContract,
  trainingData: trainingDataContract,
  predictions: predictionsContract,
  trainingMetrics: trainingMetricsContract,
  metrics: metricsContract,
  trainedModel: trainedModelContract,
  handoff: handoffContract,
} as const;

/** Name of a contract, for `parseContract`. */
export type ContractName = keyof typeof CONTRACTS;
/** What a contract describes. */
export type ContractValue<N extends ContractName> = SchemaOutput<(typeof CONTRACTS)[N]>;

/**
 * The value, checked against the contract of that name, with defaults filled in. Throws `ConfigError` that names the path of every problem,
 * or the nearest contract when there is none of this name.
 *
 * @example
 * const handoff = parseContract('handoff', JSON.parse(message));
 * const model = await loadModel(handoff.model.directory);
 */
export function parseContract<N extends ContractName>(name: N, value: unknown): ContractValue<N> {
  if (!Object.hasOwn(CONTRACTS, name)) {
    const close = nearest(String(name), Object.keys(CONTRACTS));
    throw new ConfigError(`There is no contract '${name}'`, {
      hint: close ? `Did you mean '${close}'?` : `Contracts: ${Object.keys(CONTRACTS).join(', ')}.`,
      details: { nearest: close },
    });
  }
  const contract: LazySchema<ZodType> = CONTRACTS[name];
  return contract.parse(value, name) as ContractValue<N>;
}
