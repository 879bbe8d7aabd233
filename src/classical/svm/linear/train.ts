/** Training by dual coordinate descent: one linear function an output, on the columns or on features that stand for a kernel. */
import { ownModule } from '../../../core/location.js';
import type { Matrix } from '../../../core/matrix.js';
import { deriveSeed } from '../../../core/random.js';
import { Turns } from '../../../core/turns.js';
import { runJob } from '../../../kernels/pool.js';
import { shared } from '../../../kernels/shared.js';
import type { SVMSettings } from '../config.js';
import type { KernelFunction } from '../kernel.js';
import type { SvmData } from '../plan.js';
import { FOLDS, stratifiedFolds } from '../probability/folds.js';
import { fitSigmoid, type Sigmoid } from '../probability/platt.js';
import { rowsWhere } from '../rows.js';
import type { SolveContext } from '../solve.js';
import { classFactors } from '../weights.js';
import { drawApproximation, featureCount, type KernelDeviation, measureKernelError } from './approximation.js';
import type { LinearJobArgs } from './job.js';
import type { LinearMachine } from './machine.js';
import { landmarkWeights } from './nystroem.js';
import type { Approximation } from './table.js';
import { LINEAR_SUMMARY, type LinearTask } from './task.js';

export interface TrainedLinear {
  readonly machine: LinearMachine;
  /** 0.5 |w|^2 plus the costs, of each output. */
  readonly objectives: Float64Array;
  /** Passes of all problems. */
  readonly iterations: number;
  readonly violation: number;
  /** How far the approximate kernel is from the exact one, over pairs of training rows. */
  readonly kernelError?: KernelDeviation;
  readonly warnings: readonly string[];
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
  const approximation = drawApproximation(X, kernel, settings, context.seed);
  const columns = approximation ? featureCount(approximation, X.cols) : X.cols;
  const plans = await outputPlans(data, settings, columns, context.seed);
  const tasks = plans.flatMap(({ task, folds }) => [task, ...folds.map((fold) => fold.task)]);
  const maxPasses = settings.maxIterations ?? DEFAULT_PASSES;
  const args: LinearJobArgs = {
    X: await shared(X.data),
    cols: X.cols,
    intercept: settings.fitIntercept ? settings.interceptScaling : 0,
    approximation,
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
    threads: Math.max(1, Math.min(context.threads, approximation ? Math.ceil(X.rows / 256) : tasks.length)),
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
    ...basisOf(X, approximation),
    weights: Float64Array.from(plans.flatMap(({ task }) => [...keptWeights(task.w.slice(0, columns), approximation)])),
    bias: Float64Array.from(plans, ({ task }) => task.w[columns] * args.intercept),
    ...(sigmoids.length > 0 ? { sigmoids } : {}),
  };
  return {
    machine,
    objectives: Float64Array.from(plans, ({ task }) => task.summary[LINEAR_SUMMARY.objective]),
    kernelError: approximation && (await measureKernelError(X, approximation, context.seed)),
    ...totals(tasks, maxPasses),
  };
}

/** What prediction needs of an approximation. */
function basisOf(X: Matrix, approximation: Approximation | undefined): Pick<LinearMachine, 'basis' | 'waves'> {
  if (!approximation) return {};
  if ('waves' in approximation) return approximation;
  const { kernel, rows } = approximation.landmarks;
  return { basis: { kernel, vectors: X.take(rows).data } };
}

function keptWeights(w: Float64Array, approximation: Approximation | undefined): Float64Array {
  return approximation && 'landmarks' in approximation ? landmarkWeights(w, approximation.landmarks) : w;
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

async function outputPlans(
  { X, y, weights, classes }: SvmData,
  settings: SVMSettings,
  columns: number,
  seed: number,
): Promise<OutputPlan[]> {
  const n = X.rows;
  const k = classes.length;
  const turns = new Turns();
  const factors = k > 0 ? classFactors(y, classes, settings.classWeight) : undefined;
  const own = new Float64Array(n);
  const costs = float64(n);
  for (let i = 0; i < n; i++) {
    own[i] = weights ? weights[i] : 1;
    costs[i] = settings.C * own[i] * (factors ? factors[y[i]] : 1);
  }
  const all = inShared(rowsWhere(n, () => true));
  const plans: OutputPlan[] = [];
  for (let output = 0; output < (k > 2 ? k : 1); output++) {
    // Two classes have one function, positive for the second.
    const target = k === 2 ? 1 : output;
    const positive = new Uint8Array(n);
    const z = float64(n);
    for (let i = 0; i < n; i++) {
      positive[i] = k > 0 && y[i] === target ? 1 : 0;
      z[i] = k === 0 ? y[i] : positive[i] ? 1 : -1;
    }
    const make = (rows: Uint32Array, place: number, test?: Uint32Array): LinearTask => ({
      rows,
      z,
      costs,
      seed: deriveSeed(seed, 'svm descent', output, place),
      w: float64(columns + 1),
      summary: float64(LINEAR_SUMMARY.length),
      ...(test ? { test, decisions: float64(test.length) } : {}),
    });
    await turns.pause();
    const folds: OutputPlan['folds'][number][] = [];
    if (settings.probability && k > 0) {
      const fold = stratifiedFolds(positive, deriveSeed(seed, 'svm folds', output));
      for (let f = 0; f < FOLDS; f++) {
        await turns.pause();
        const test = rowsWhere(n, (i) => fold[i] === f);
        if (test.length === 0 || test.length === n) continue;
        const rows = rowsWhere(n, (i) => fold[i] !== f);
        folds.push({ task: make(inShared(rows), f + 1, inShared(test)), test });
      }
    }
    plans.push({ task: make(all, 0), positive, weights: own, folds });
    await turns.pause();
  }
  return plans;
}

function inShared(rows: Uint32Array): Uint32Array {
  const out = new Uint32Array(new SharedArrayBuffer(rows.length * 4));
  out.set(rows);
  return out;
}

function sigmoidOfPlan({ folds, positive, weights }: OutputPlan): Promise<Sigmoid> {
  const decisions = new Float64Array(positive.length);
  for (const { task, test } of folds) {
    for (let i = 0; i < test.length; i++) decisions[test[i]] = task.decisions?.[i] ?? 0;
  }
  return fitSigmoid(decisions, positive, weights);
}
