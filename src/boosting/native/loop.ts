/** The boosting loop around a native library: iterations, history, early stopping on one set and metric, cancelling in between. */
import { ConfigError } from '../../core/errors.js';
import { moreIsBetter, type NativeBooster } from './booster.js';
import type { NativeJob, NativeResult } from './job.js';

export interface LoopHooks {
  /** Throws to stop. */
  checkCancelled(): void;
  /** `valLoss` is NaN without a set to watch. */
  progress(step: number, trainLoss: number, valLoss: number): void;
}

export function trainLoop(booster: NativeBooster, job: NativeJob, hooks: LoopHooks): Omit<NativeResult, 'device'> {
  const watch = watched(booster, job);
  const trainLoss: number[] = [];
  const series = job.evalSets.map(() => booster.metrics.map((): number[] => []));
  const bests = booster.metrics.map(() => ({ iteration: 0, value: Number.POSITIVE_INFINITY }));
  let stoppedEarly = false;
  for (let i = 0; i < job.rounds && !stoppedEarly; i++) {
    hooks.checkCancelled();
    if (!booster.update(i)) break;
    const [train, ...sets] = booster.evaluate(i);
    trainLoss.push(train[0]);
    for (const [s, values] of sets.entries()) for (const [m, value] of values.entries()) series[s][m].push(value);
    hooks.progress(i + 1, train[0], watch ? sets[watch.set][watch.metric] : Number.NaN);
    if (!watch) continue;
    for (const { metric, sign } of watch.stoppers) {
      const best = bests[metric];
      const value = sign * sets[watch.set][metric];
      // NaN is never better.
      if (value < best.value - (best.iteration > 0 ? watch.minDelta : 0)) bests[metric] = { iteration: i + 1, value };
      else stoppedEarly ||= watch.rounds > 0 && i + 1 - best.iteration >= watch.rounds;
    }
  }
  const best = watch && watch.rounds > 0 ? bests[watch.metric].iteration : 0;
  const bestIteration = best > 0 ? best : Math.max(trainLoss.length, 1);
  return {
    model: booster.model(bestIteration),
    metrics: [...booster.metrics],
    trainLoss,
    evaluations: job.evalSets.flatMap(([set], s) =>
      booster.metrics.map((metric, m) => ({ set, metric, values: series[s][m] })),
    ),
    bestIteration,
    stoppedEarly,
    notices: booster.notices(),
  };
}

/** Which value is watched, and which may end the training; undefined without evaluation sets of that name. */
function watched(booster: NativeBooster, { stopping, evalSets }: NativeJob) {
  if (!stopping) return undefined;
  const set = evalSets.findIndex(([name]) => name === stopping.set);
  if (set < 0) return undefined;
  const metric = stopping.metric === undefined ? 0 : booster.metrics.indexOf(stopping.metric);
  if (metric < 0 || booster.metrics.length === 0) {
    throw new ConfigError(`earlyStoppingMetric '${stopping.metric}' is none of the metrics`, {
      hint: `The library evaluates ${booster.metrics.join(', ') || 'none'}; name more of them in metric.`,
      details: { metrics: booster.metrics },
    });
  }
  const stoppers = booster.metrics
    .map((name, i) => ({ metric: i, sign: moreIsBetter(name) ? -1 : 1 }))
    .filter((stopper) => stopping.onAny || stopper.metric === metric);
  return { ...stopping, set, metric, stoppers };
}
