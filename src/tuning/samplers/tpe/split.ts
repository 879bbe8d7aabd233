/** Which trials count as good: the best few by value; pruned ones come after complete ones, infeasible ones last. */
import { crowding, fronts, losses } from '../../pareto.js';
import { type Direction, lastReport, type TrialRecord, violation } from '../../trial-record.js';

/** Trials from best to worst; equal ones by number. Failed ones are left out. */
export function ranked(trials: readonly TrialRecord[], directions: readonly Direction[]): TrialRecord[] {
  const complete: TrialRecord[] = [];
  const pruned: TrialRecord[] = [];
  const infeasible: TrialRecord[] = [];
  for (const trial of trials) {
    if (trial.state === 'pruned') pruned.push(trial);
    else if (trial.state === 'complete') (violation(trial) > 0 ? infeasible : complete).push(trial);
  }
  const sign = directions[0] === 'maximize' ? -1 : 1;
  return [
    ...(directions.length === 1 ? byLoss(complete, sign) : byFronts(complete, directions)),
    ...byProgress(pruned, sign),
    ...infeasible.sort((a, b) => violation(a) - violation(b) || a.number - b.number),
  ];
}

function byLoss(trials: readonly TrialRecord[], sign: number): TrialRecord[] {
  const loss = Float64Array.from(trials, ({ values }) => sign * (values?.[0] ?? Number.NaN));
  // Trials come by number: equal ones stay in that order.
  const order = Array.from(trials, (_, i) => i).sort((a, b) => loss[a] - loss[b]);
  return order.map((i) => trials[i]);
}

/** By front, within one the loneliest first. */
function byFronts(trials: readonly TrialRecord[], directions: readonly Direction[]): TrialRecord[] {
  const points = trials.map((trial) => losses(trial, directions));
  return fronts(points).flatMap((front) => {
    const distance = crowding(points, front);
    const room = (i: number): number => distance.get(i) ?? 0;
    return front.sort((a, b) => (room(a) === room(b) ? a - b : room(b) - room(a))).map((i) => trials[i]);
  });
}

/** Those that came farther are better; of equally far ones those with the better last value. */
function byProgress(trials: readonly TrialRecord[], sign: number): TrialRecord[] {
  const at = trials.map((trial) => {
    const [step, value] = lastReport(trial) ?? [-1, Number.NaN];
    return { trial, step, loss: Number.isNaN(value) ? Number.MAX_VALUE : sign * value };
  });
  at.sort((a, b) => b.step - a.step || a.loss - b.loss || a.trial.number - b.trial.number);
  return at.map(({ trial }) => trial);
}

/** How many of n trials are good, as Optuna has it: a tenth, 25 at most. */
export function defaultGamma(n: number): number {
  return Math.min(Math.ceil(0.1 * n), 25);
}

/** Weights of n observations from oldest to newest, as Optuna has them: the newest 25 count fully, older ones less and less. */
export function recencyWeights(n: number): Float64Array {
  const weights = new Float64Array(n).fill(1);
  const ramp = n - 25;
  for (let i = 0; i < ramp; i++) weights[i] = ramp === 1 ? 1 / n : 1 / n + ((1 - 1 / n) * i) / (ramp - 1);
  return weights;
}
