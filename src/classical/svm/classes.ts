/** Classification: one problem for each pair of classes and each of its folds, and the machine that their solutions make. */
import { deriveSeed } from '../../core/random.js';
import { Turns } from '../../core/turns.js';
import type { SVMSettings } from './config.js';
import type { KernelFunction } from './kernel.js';
import type { SvmData, TrainedMachine, TrainingPlan } from './plan.js';
import { FOLDS, stratifiedFolds } from './probability/folds.js';
import { fitSigmoid, type Sigmoid } from './probability/platt.js';
import { type PairRows, pairTask } from './problems.js';
import { joined, pick, rowsWhere } from './rows.js';
import { type SmoTask, SUMMARY } from './smo/task.js';
import { classFactors } from './weights.js';

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

/** Problems of all pairs of classes and of their folds, made in short turns. */
export async function classPlan(
  { X, y, weights, classes }: SvmData,
  settings: SVMSettings,
  seed: number,
): Promise<TrainingPlan> {
  const k = classes.length;
  const turns = new Turns();
  const factors = classFactors(y, classes, settings.classWeight);
  const cost = settings.svmType === 'nu' ? 1 : settings.C;
  const rowsOf: Uint32Array[] = [];
  for (let c = 0; c < k; c++) {
    rowsOf.push(rowsWhere(y.length, (i) => y[i] === c));
    await turns.pause();
  }
  const plans: PairPlan[] = [];
  for (let first = 0; first < k; first++) {
    for (let second = first + 1; second < k; second++) {
      const rows = joined([rowsOf[first], rowsOf[second]]).sort();
      const positive = new Uint8Array(rows.length);
      const own = new Float64Array(rows.length);
      const bounds = new Float64Array(rows.length);
      for (let i = 0; i < rows.length; i++) {
        positive[i] = y[rows[i]] === first ? 1 : 0;
        own[i] = weights ? weights[rows[i]] : 1;
        bounds[i] = cost * own[i] * factors[positive[i] ? first : second];
      }
      await turns.pause();
      const pair = { rows, positive, bounds };
      const folds = settings.probability
        ? await foldPlan(pair, settings, deriveSeed(seed, 'svm folds', first, second), turns)
        : undefined;
      plans.push({ first, second, pair, task: pairTask(settings, pair), weights: own, folds });
      await turns.pause();
    }
  }
  return {
    tasks: plans.flatMap(({ task, folds }) => [task, ...(folds?.parts.map((part) => part.task) ?? [])]),
    finish: (kernel) => assemble({ X, y }, kernel, settings, plans, rowsOf),
  };
}

async function foldPlan(pair: PairRows, settings: SVMSettings, seed: number, turns: Turns): Promise<FoldPlan> {
  const { rows, positive, bounds } = pair;
  const fold = stratifiedFolds(positive, seed);
  const decisions = new Float64Array(rows.length);
  const parts: { task: SmoTask; places: Uint32Array }[] = [];
  const n = rows.length;
  for (let f = 0; f < FOLDS; f++) {
    await turns.pause();
    const places = rowsWhere(n, (i) => fold[i] === f);
    if (places.length === 0) continue;
    const train = rowsWhere(n, (i) => fold[i] !== f);
    let positives = 0;
    for (const i of train) positives += positive[i];
    if (positives === 0 || positives === train.length) {
      // One class left to learn from: libsvm's decision value of such a fold.
      for (const i of places) decisions[i] = train.length === 0 ? 0 : positives > 0 ? 1 : -1;
      continue;
    }
    await turns.pause();
    const task = pairTask(settings, {
      rows: pick(rows, train),
      positive: pick(positive, train),
      bounds: pick(bounds, train),
      test: pick(rows, places),
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
    for (let i = 0; i < places.length; i++) decisions[places[i]] = values[i] / marginOf(task);
  }
  return fitSigmoid(decisions, pair.positive, weights);
}

async function assemble(
  { X, y }: Pick<SvmData, 'X' | 'y'>,
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
  const rows = joined(perClass);
  const place = new Uint32Array(X.rows);
  for (let s = 0; s < rows.length; s++) place[rows[s]] = s;
  const coefficients = new Float64Array((k - 1) * rows.length);
  const bias = new Float64Array(plans.length);
  const objectives = new Float64Array(plans.length);
  const turns = new Turns();
  for (const [p, { first, second, task }] of plans.entries()) {
    const margin = marginOf(task);
    for (let i = 0; i < task.w.length; i++) {
      if (task.w[i] === 0) continue;
      const row = task.rows[i];
      coefficients[(y[row] === first ? second - 1 : first) * rows.length + place[row]] = task.w[i] / margin;
    }
    bias[p] = task.summary[SUMMARY.bias] / margin;
    objectives[p] = task.summary[SUMMARY.objective] / (margin * margin);
    await turns.pause();
  }
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
  for (let i = 0; i < task.rows.length; i++) {
    out[task.rows[i]] = (task.products[i] + task.summary[SUMMARY.bias]) / margin;
  }
  return out;
}
