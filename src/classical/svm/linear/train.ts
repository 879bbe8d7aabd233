/** Training by dual coordinate descent: one linear function an output, on the columns or on Nystroem's features of a kernel. */
import { ownModule } from '../../../core/location.js';
import { deriveSeed, Random } from '../../../core/random.js';
import { Turns } from '../../../core/turns.js';
import { runJob } from '../../../kernels/pool.js';
import { shared } from '../../../kernels/shared.js';
import type { SVMSettings } from '../config.js';
import { type KernelFunction, kernelScale, kernelValue, scaleRow } from '../kernel.js';
import { FOLDS, stratifiedFolds } from '../probability/folds.js';
import { fitSigmoid, type Sigmoid } from '../probability/platt.js';
import type { SolveContext } from '../solve.js';
import type { SvmData } from '../train.js';
import { classFactors } from '../weights.js';
import type { LinearJobArgs } from './job.js';
import type { LinearMachine } from './machine.js';
import { drawLandmarks, type Landmarks } from './table.js';
import { LINEAR_SUMMARY, type LinearTask } from './task.js';

export interface TrainedLinear {
  readonly machine: LinearMachine;
  /** 0.5 |w|^2 plus the costs, of each output. */
  readonly objectives: Float64Array;
  /** Passes of all problems. */
  readonly iterations: number;
  readonly violation: number;
  /** How far the approximate kernel is from the exact one, over pairs of training rows. */
  readonly kernelError?: KernelError;
  readonly warnings: readonly string[];
}

export interface KernelError {
  readonly mean: number;
  readonly max: number;
  readonly pairs: number;
}

const float64 = (length: number) => new Float64Array(new SharedArrayBuffer(length * 8));

const DEFAULT_PASSES = 1000;

/** The same data, settings and seed give the same bytes for any number of threads. */
export async function trainLinear(
  data: SvmData,
  kernel: KernelFunction,
  settings: SVMSettings,
  context: SolveContext & { readonly seed: number },
): Promise<TrainedLinear> {
  const { X, classes } = data;
  const regression = classes.length === 0;
  const landmarks =
    settings.approximation === 'nystroem' ? landmarksFor(X.rows, kernel, settings, context.seed) : undefined;
  const columns = landmarks?.rows.length ?? X.cols;
  const plans = outputPlans(data, settings, columns, context.seed);
  const tasks = plans.flatMap(({ task, folds }) => [task, ...folds.map((fold) => fold.task)]);
  const maxPasses = settings.maxIterations ?? DEFAULT_PASSES;
  const args: LinearJobArgs = {
    X: await shared(X.data),
    cols: X.cols,
    intercept: settings.fitIntercept ? settings.interceptScaling : 0,
    nystroem: landmarks,
    tasks: [...tasks].sort((a, b) => b.rows.length - a.rows.length),
    options: {
      regression,
      squared: settings.loss.startsWith('squared'),
      epsilon: settings.epsilon,
      tolerance: settings.tolerance,
      maxPasses,
    },
  };
  await runJob({
    module: ownModule('classical/svm/linear/job'),
    args,
    threads: Math.max(1, Math.min(context.threads, landmarks ? Math.ceil(X.rows / 256) : tasks.length)),
    signal: context.signal,
    onProgress: context.onProgress,
  });
  const sigmoids: Sigmoid[] = [];
  for (const plan of plans) if (settings.probability && !regression) sigmoids.push(await sigmoidOfPlan(plan));
  const machine: LinearMachine = {
    type: 'linear',
    task: settings.task,
    classes: classes.length,
    features: X.cols,
    ...(landmarks ? { basis: { kernel, vectors: X.take(landmarks.rows).data } } : {}),
    weights: Float64Array.from(plans.flatMap(({ task }) => [...ownWeights(task.w.subarray(0, columns), landmarks)])),
    bias: Float64Array.from(plans, ({ task }) => task.w[columns] * args.intercept),
    ...(sigmoids.length > 0 ? { sigmoids } : {}),
  };
  return {
    machine,
    objectives: Float64Array.from(plans, ({ task }) => task.summary[LINEAR_SUMMARY.objective]),
    kernelError: landmarks && (await kernelErrorOf(data, landmarks, context.seed)),
    ...totals(tasks, maxPasses),
  };
}

function totals(tasks: readonly LinearTask[], maxPasses: number) {
  let [iterations, violation, late, limit] = [0, 0, 0, 0];
  for (const { summary } of tasks) {
    iterations += summary[LINEAR_SUMMARY.passes];
    if (summary[LINEAR_SUMMARY.violation] > summary[LINEAR_SUMMARY.limit]) late++;
    if (summary[LINEAR_SUMMARY.violation] < violation) continue;
    violation = summary[LINEAR_SUMMARY.violation];
    limit = summary[LINEAR_SUMMARY.limit];
  }
  const warnings =
    late === 0
      ? []
      : [
          `${late} of ${tasks.length} problems stopped after ${maxPasses} passes: the optimality conditions are violated by ${violation.toPrecision(3)}, the limit is ${limit.toPrecision(3)}. Raise maxIterations, scale the columns, or lower C.`,
        ];
  return { iterations, violation, warnings };
}

interface OutputPlan {
  readonly task: LinearTask;
  readonly positive: Uint8Array;
  readonly weights: Float64Array;
  readonly folds: readonly { readonly task: LinearTask; readonly test: Uint32Array }[];
}

function outputPlans(
  { X, y, weights, classes }: SvmData,
  settings: SVMSettings,
  columns: number,
  seed: number,
): OutputPlan[] {
  const n = X.rows;
  const k = classes.length;
  const own = Float64Array.from({ length: n }, (_, i) => (weights ? weights[i] : 1));
  const factors = k > 0 ? classFactors(y, classes, settings.classWeight) : undefined;
  const costs = float64(n);
  for (let i = 0; i < n; i++) costs[i] = settings.C * own[i] * (factors ? factors[y[i]] : 1);
  const all = new Uint32Array(new SharedArrayBuffer(n * 4));
  for (let i = 0; i < n; i++) all[i] = i;
  return Array.from({ length: k > 2 ? k : 1 }, (_, output) => {
    // Two classes have one function, positive for the second.
    const target = k === 2 ? 1 : output;
    const positive = Uint8Array.from(y, (label) => (k > 0 && label === target ? 1 : 0));
    const z = float64(n);
    for (let i = 0; i < n; i++) z[i] = k === 0 ? y[i] : positive[i] ? 1 : -1;
    const make = (rows: Uint32Array, place: number, test?: Uint32Array): LinearTask => ({
      rows,
      z,
      costs,
      seed: deriveSeed(seed, 'svm descent', output, place),
      w: float64(columns + 1),
      summary: float64(LINEAR_SUMMARY.length),
      ...(test ? { test, decisions: float64(test.length) } : {}),
    });
    const folds: OutputPlan['folds'][number][] = [];
    if (settings.probability && k > 0) {
      const fold = stratifiedFolds(positive, deriveSeed(seed, 'svm folds', output));
      for (let f = 0; f < FOLDS; f++) {
        const test = all.filter((i) => fold[i] === f);
        if (test.length > 0 && test.length < n) {
          folds.push({ task: make(inShared(all.filter((i) => fold[i] !== f)), f + 1, inShared(test)), test });
        }
      }
    }
    return { task: make(all, 0), positive, weights: own, folds };
  });
}

function inShared(rows: Uint32Array): Uint32Array {
  const out = new Uint32Array(new SharedArrayBuffer(rows.length * 4));
  out.set(rows);
  return out;
}

function sigmoidOfPlan({ folds, positive, weights }: OutputPlan): Promise<Sigmoid> {
  const decisions = new Float64Array(positive.length);
  for (const { task, test } of folds) {
    test.forEach((row, i) => {
      decisions[row] = task.decisions?.[i] ?? 0;
    });
  }
  return fitSigmoid(decisions, positive, weights);
}

// ---- Nystroem ------------------------------------------------------------------------------------------------------------------

function landmarksFor(n: number, kernel: KernelFunction, { components }: SVMSettings, seed: number): Landmarks {
  const rows = drawLandmarks(n, components, deriveSeed(seed, 'svm landmarks'));
  return { kernel, rows, factor: float64(rows.length * rows.length) };
}

/** Weights of kernels with the landmarks, from those of features: the solution of L'c = v. */
function ownWeights(v: Float64Array, landmarks: Landmarks | undefined): Float64Array {
  if (!landmarks) return v;
  const { factor } = landmarks;
  const m = v.length;
  const c = v.slice();
  for (let r = m - 1; r >= 0; r--) {
    c[r] /= factor[r * m + r];
    for (let k = 0; k < r; k++) c[k] -= factor[r * m + k] * c[r];
  }
  return c;
}

const ERROR_ROWS = 64;

/** |exact - approximate| over the pairs of some training rows. */
async function kernelErrorOf({ X }: SvmData, { kernel, rows, factor }: Landmarks, seed: number): Promise<KernelError> {
  const { cols } = X;
  const m = rows.length;
  const sample = new Random(deriveSeed(seed, 'svm kernel error')).permutation(X.rows).slice(0, ERROR_ROWS);
  const { factor: scale, gamma } = kernelScale(kernel);
  const scaled = (picked: Uint32Array) => {
    const out = new Float32Array(picked.length * cols);
    picked.forEach((row, i) => {
      scaleRow(X.data, row * cols, cols, scale, out, i * cols, 1);
    });
    return out;
  };
  const [own, landmarks] = [scaled(sample), scaled(rows)];
  const turns = new Turns();
  const features: Float64Array[] = [];
  for (let i = 0; i < sample.length; i++) {
    const f = new Float64Array(m);
    for (let r = 0; r < m; r++) {
      let sum = kernelValue(kernel, gamma, own, i * cols, landmarks, r * cols, cols);
      for (let c = 0; c < r; c++) sum -= factor[r * m + c] * f[c];
      f[r] = sum / factor[r * m + r];
    }
    features.push(f);
    await turns.pause();
  }
  let [sum, max, pairs] = [0, 0, 0];
  for (let i = 0; i < sample.length; i++) {
    for (let j = 0; j < i; j++, pairs++) {
      let approximate = 0;
      for (let r = 0; r < m; r++) approximate += features[i][r] * features[j][r];
      const error = Math.abs(approximate - kernelValue(kernel, gamma, own, i * cols, own, j * cols, cols));
      sum += error;
      max = Math.max(max, error);
    }
    await turns.pause();
  }
  return { mean: pairs > 0 ? sum / pairs : 0, max, pairs };
}
