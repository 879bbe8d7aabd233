/** Training of a support vector machine: its problems, their solutions, and the machine put together from them. */
import { InvalidInputError } from '../../core/errors.js';
import type { Matrix } from '../../core/matrix.js';
import { deriveSeed } from '../../core/random.js';
import type { SVMSettings } from './config.js';
import { resolveGamma } from './gamma.js';
import type { KernelFunction } from './kernel.js';
import type { Machine } from './machine/machine.js';
import { FOLDS, stratifiedFolds } from './probability/folds.js';
import { fitSigmoid, type Sigmoid } from './probability/platt.js';
import { type PairRows, pairTask, regressionTask } from './problems.js';
import { type SmoTask, SUMMARY } from './smo/task.js';
import { type SolveContext, solveTasks } from './solve.js';
import { classFactors } from './weights.js';

export interface SvmData {
  /** (n, columns), finite; the kernel matrix for a precomputed kernel. */
  readonly X: Matrix;
  /** (n,) class index, or target. */
  readonly y: Float64Array;
  /** (n,) > 0 */
  readonly weights?: ArrayLike<number>;
  /** Ascending; empty for regression. */
  readonly classes: readonly number[];
}

export interface TrainedMachine {
  readonly machine: Machine;
  /** Minimum of 0.5 w'Kw - ... for each pair, as libsvm prints it; one for regression. */
  readonly objectives: Float64Array;
  /** Steps of all problems, those of the folds too. */
  readonly iterations: number;
  /** Violation of the optimality conditions that is left in the worst problem. */
  readonly violation: number;
  /** (n * pairs,) decision values of the training rows, where there is one pair or a regression. */
  readonly decisions?: Float64Array;
  readonly warnings: readonly string[];
}

/**
 * Trains C-SVC, nu-SVC, epsilon-SVR or nu-SVR. The same data, settings and seed give the same bytes for any number of threads.
 *
 * @throws InvalidInputError - shapes that do not fit, an infeasible nu, a kernel that overflows
 * @throws ConfigError - a class weight for a label that does not occur
 */
export async function trainMachine(
  data: SvmData,
  settings: SVMSettings,
  context: SolveContext & { readonly seed: number },
): Promise<TrainedMachine> {
  const { X } = data;
  const kernel = await kernelOf(settings, X);
  const { tasks, finish } =
    data.classes.length > 0 ? classTasks(data, settings, context.seed) : valueTask(data, settings);
  const warnings = await solveTasks(X, kernel, tasks, settings, context);
  return { ...(await finish(kernel)), ...totals(tasks), warnings };
}

interface Plan {
  readonly tasks: readonly SmoTask[];
  /** What the solutions make. */
  finish(kernel: KernelFunction): Promise<Pick<TrainedMachine, 'machine' | 'objectives' | 'decisions'>>;
}

/** The kernel with its gamma as a number. */
export async function kernelOf({ kernel, gamma, coef0, degree }: SVMSettings, X: Matrix): Promise<KernelFunction> {
  if (kernel === 'precomputed' && X.rows !== X.cols) {
    throw new InvalidInputError(`svm: a precomputed kernel is square, X is (${X.rows}, ${X.cols})`, {
      hint: 'Pass the kernel of every training row with every training row; leave rows of weight 0 out of both.',
    });
  }
  const used = kernel === 'linear' || kernel === 'precomputed' ? 0 : await resolveGamma(gamma, X);
  return { name: kernel, gamma: used, coef0, degree };
}

function totals(tasks: readonly SmoTask[]): { iterations: number; violation: number } {
  let iterations = 0;
  let violation = 0;
  for (const { summary } of tasks) {
    iterations += summary[SUMMARY.iterations];
    violation = Math.max(violation, summary[SUMMARY.violation]);
  }
  return { iterations, violation };
}

// ---- classification ------------------------------------------------------------------------------------------------------------

interface PairPlan {
  readonly first: number;
  readonly second: number;
  readonly pair: PairRows;
  readonly task: SmoTask;
  /** (n,) sample weights of the pair's rows. */
  readonly weights: Float64Array;
  readonly folds?: FoldPlan;
}

interface FoldPlan {
  /** (n,) decision values of the pair's rows; those of folds without a problem are filled in. */
  readonly decisions: Float64Array;
  readonly parts: readonly { readonly task: SmoTask; readonly places: Uint32Array }[];
}

function classTasks({ X, y, weights, classes }: SvmData, settings: SVMSettings, seed: number): Plan {
  const k = classes.length;
  const factors = classFactors(y, classes, settings.classWeight);
  const cost = settings.svmType === 'nu' ? 1 : settings.C;
  const rowsOf = Array.from({ length: k }, (_, c) => Uint32Array.from(y.keys()).filter((i) => y[i] === c));
  const plans: PairPlan[] = [];
  for (let first = 0; first < k; first++) {
    for (let second = first + 1; second < k; second++) {
      const rows = Uint32Array.from([...rowsOf[first], ...rowsOf[second]]).sort();
      const positive = Uint8Array.from(rows, (i) => (y[i] === first ? 1 : 0));
      const own = Float64Array.from(rows, (i) => (weights ? weights[i] : 1));
      const bounds = own.map((weight, i) => cost * weight * factors[positive[i] ? first : second]);
      const pair = { rows, positive, bounds };
      const folds = settings.probability
        ? foldPlan(pair, settings, deriveSeed(seed, 'svm folds', first, second))
        : undefined;
      plans.push({ first, second, pair, task: pairTask(settings, pair), weights: own, folds });
    }
  }
  return {
    tasks: plans.flatMap(({ task, folds }) => [task, ...(folds?.parts.map((part) => part.task) ?? [])]),
    finish: (kernel) => assemble(X, kernel, settings, plans, rowsOf),
  };
}

function foldPlan(pair: PairRows, settings: SVMSettings, seed: number): FoldPlan {
  const { rows, positive, bounds } = pair;
  const fold = stratifiedFolds(positive, seed);
  const decisions = new Float64Array(rows.length);
  const parts: { task: SmoTask; places: Uint32Array }[] = [];
  const all = Uint32Array.from(rows.keys());
  for (let f = 0; f < FOLDS; f++) {
    const train = all.filter((i) => fold[i] !== f);
    const places = all.filter((i) => fold[i] === f);
    if (places.length === 0) continue;
    const positives = train.filter((i) => positive[i] > 0).length;
    if (positives === 0 || positives === train.length) {
      // One class left to learn from: libsvm's decision value of such a fold.
      for (const i of places) decisions[i] = train.length === 0 ? 0 : positives > 0 ? 1 : -1;
      continue;
    }
    const task = pairTask(settings, {
      rows: train.map((i) => rows[i]),
      positive: Uint8Array.from(train, (i) => positive[i]),
      bounds: Float64Array.from(train, (i) => bounds[i]),
      test: places.map((i) => rows[i]),
    });
    parts.push({ task, places });
  }
  return { decisions, parts };
}

/** What nu-SVC divides a solution by, so that its margin is 1. */
function marginOf(task: SmoTask): number {
  const margin = task.summary[SUMMARY.halfGap];
  return task.start && margin > 0 ? margin : 1;
}

function sigmoidOfPair({ pair, weights }: PairPlan, { decisions, parts }: FoldPlan): Promise<Sigmoid> {
  for (const { task, places } of parts) {
    const values = task.decisions ?? new Float64Array(places.length);
    places.forEach((place, i) => {
      decisions[place] = values[i] / marginOf(task);
    });
  }
  return fitSigmoid(decisions, pair.positive, weights);
}

async function assemble(
  X: Matrix,
  kernel: KernelFunction,
  settings: SVMSettings,
  plans: readonly PairPlan[],
  rowsOf: readonly Uint32Array[],
): Promise<Pick<TrainedMachine, 'machine' | 'objectives' | 'decisions'>> {
  const k = rowsOf.length;
  const used = new Uint8Array(X.rows);
  for (const { task } of plans) {
    for (let i = 0; i < task.w.length; i++) if (task.w[i] !== 0) used[task.rows[i]] = 1;
  }
  const perClass = rowsOf.map((rows) => rows.filter((i) => used[i]));
  const rows = Uint32Array.from(perClass.flatMap((part) => [...part]));
  const place = new Uint32Array(X.rows);
  rows.forEach((row, s) => {
    place[row] = s;
  });
  const coefficients = new Float64Array((k - 1) * rows.length);
  const bias = new Float64Array(plans.length);
  const objectives = new Float64Array(plans.length);
  plans.forEach(({ first, second, task, pair }, p) => {
    const margin = marginOf(task);
    const positive = new Map(Array.from(pair.rows, (row, i) => [row, pair.positive[i]]));
    task.rows.forEach((row, i) => {
      if (task.w[i] === 0) return;
      coefficients[(positive.get(row) ? second - 1 : first) * rows.length + place[row]] = task.w[i] / margin;
    });
    bias[p] = task.summary[SUMMARY.bias] / margin;
    objectives[p] = task.summary[SUMMARY.objective] / (margin * margin);
  });
  const sigmoids: Sigmoid[] = [];
  for (const plan of plans) if (plan.folds) sigmoids.push(await sigmoidOfPair(plan, plan.folds));
  return {
    machine: {
      type: settings.svmType === 'nu' ? 'nu_svc' : 'c_svc',
      kernel,
      features: X.cols,
      counts: perClass.map((part) => part.length),
      rows,
      vectors: kernel.name === 'precomputed' ? new Float32Array(0) : X.take(rows).data,
      coefficients,
      bias,
      sigmoids: settings.probability ? sigmoids : undefined,
    },
    objectives,
    decisions: plans.length === 1 ? trainingDecisions(plans[0].task, X.rows) : undefined,
  };
}

/** Decision values of the training rows, which the solver knows. */
function trainingDecisions(task: SmoTask, rows: number): Float64Array {
  const out = new Float64Array(rows);
  const margin = marginOf(task);
  task.rows.forEach((row, i) => {
    out[row] = (task.products[i] + task.summary[SUMMARY.bias]) / margin;
  });
  return out;
}

// ---- regression ----------------------------------------------------------------------------------------------------------------

function valueTask({ X, y, weights }: SvmData, settings: SVMSettings): Plan {
  const n = y.length;
  const bounds = Float64Array.from({ length: n }, (_, i) => settings.C * (weights ? weights[i] : 1));
  const task = regressionTask(settings, y, bounds);
  return {
    tasks: [task],
    finish: async (kernel) => {
      const w = new Float64Array(n);
      task.w.forEach((value, i) => {
        w[i % n] += value;
      });
      const rows = Uint32Array.from(w.keys()).filter((i) => w[i] !== 0);
      const decisions = new Float64Array(n);
      for (let i = 0; i < n; i++) decisions[i] = task.products[i] + task.summary[SUMMARY.bias];
      return {
        machine: {
          type: settings.svmType === 'nu' ? 'nu_svr' : 'epsilon_svr',
          kernel,
          features: X.cols,
          counts: [rows.length],
          rows,
          vectors: kernel.name === 'precomputed' ? new Float32Array(0) : X.take(rows).data,
          coefficients: Float64Array.from(rows, (i) => w[i]),
          bias: Float64Array.of(task.summary[SUMMARY.bias]),
        },
        objectives: Float64Array.of(task.summary[SUMMARY.objective]),
        decisions,
      };
    },
  };
}
