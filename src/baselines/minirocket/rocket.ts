/** Runs MiniRocket's jobs on the worker pool: a fitted rocket is its plan and its biases. */
import { InvalidInputError } from '../../core/errors.js';
import { ownModule } from '../../core/location.js';
import { Matrix } from '../../core/matrix.js';
import type { ProgressListener } from '../../core/progress.js';
import { deriveSeed, Random } from '../../core/random.js';
import type { Windows } from '../../core/windows.js';
import { runJob } from '../../kernels/pool.js';
import { shared } from '../../kernels/shared.js';
import type { RocketColumns, RocketHead, RocketJobArgs } from './job-args.js';
import { planRocket, type RocketPlan, type RocketShape } from './plan.js';

export interface Rocket {
  readonly shape: RocketShape;
  readonly plan: RocketPlan;
  /** (features,) in shared memory. */
  readonly biases: Float32Array;
}

export interface RocketContext {
  /** Never changes the result. */
  readonly threads: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
}

/** Most bytes that the features of all windows may take. */
const MOST_BYTES = 2 ** 32;
/** Values of windows times features a thread is worth its start for. */
const WORTH = 2e5;

export const sharedFloat64 = (length: number): Float64Array => new Float64Array(new SharedArrayBuffer(length * 8));

/** A rocket with the biases of `X`, and the features of `X`. */
export async function fitRocket(
  X: Windows,
  shape: RocketShape,
  context: RocketContext,
  columns?: RocketColumns,
): Promise<{ rocket: Rocket; features: Matrix }> {
  const plan = planRocket(shape);
  const features = roomFor(X, plan);
  const biases = new Float32Array(new SharedArrayBuffer(plan.numFeatures * 4));
  const random = new Random(deriveSeed(shape.seed, 'minirocket', 'windows'));
  const windows = Uint32Array.from(plan.convolutions, () => random.int(X.ends.length));
  const args = { ...(await inputOf(X)), plan, biases, windows, features: features.data, columns };
  await runRocket(args, context);
  return { rocket: { shape, plan, biases }, features };
}

/** (n, features) shares of positive values. */
export async function transform({ plan, biases }: Rocket, X: Windows, context: RocketContext): Promise<Matrix> {
  const features = roomFor(X, plan);
  await runRocket({ ...(await inputOf(X)), plan, biases, features: features.data }, context);
  return features;
}

/** (n, outputs) decision values of a linear model on the features, which are never all held at once. */
export async function decide(
  { plan, biases }: Rocket,
  X: Windows,
  model: Omit<RocketHead, 'decisions'>,
  context: RocketContext,
): Promise<Float64Array> {
  const decisions = sharedFloat64(X.ends.length * model.outputs);
  await runRocket({ ...(await inputOf(X)), plan, biases, head: { ...model, decisions } }, context);
  return decisions;
}

async function inputOf(X: Windows): Promise<Pick<RocketJobArgs, 'base' | 'ends'>> {
  return { base: await shared(X.base.data), ends: X.ends };
}

async function runRocket(args: RocketJobArgs, { threads, signal, onProgress }: RocketContext): Promise<void> {
  const work = args.ends.length * args.plan.numFeatures * args.plan.length;
  await runJob({
    module: ownModule('baselines/minirocket/job'),
    args,
    threads: Math.max(1, Math.min(threads, Math.ceil(work / WORTH))),
    signal,
    onProgress,
  });
}

function roomFor(X: Windows, { numFeatures }: RocketPlan): Matrix {
  const n = X.ends.length;
  if (n * numFeatures * 4 <= MOST_BYTES) return Matrix.zeros(n, numFeatures);
  throw new InvalidInputError(`MiniRocket: ${numFeatures} features of ${n} windows take more than 4 GiB`, {
    hint: 'Use fewer features (numFeatures), or fewer windows at a time.',
  });
}
