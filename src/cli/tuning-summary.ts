/** The outcome of a tuning for people and for programs: the best settings, the best trials, and what to do next. */
import { textTable } from '../core/text-table.js';
import { qualityWarnings } from '../data/qc-gate.js';
import { failReason, type TrialRecord } from '../tuning/trial-record.js';
import type { TuningResult } from '../tuning/tune-model.js';
import type { Paint } from './colour.js';
import { withHeader } from './print.js';

const SHOWN = 5;

export interface TuningOutcome {
  readonly model: string;
  readonly tuned: TuningResult;
  /** Hyperparameters that were asked for. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Where the study is. */
  readonly storage: string;
}

export function tuningJson({ model, tuned, params, storage }: TuningOutcome) {
  const { study, metric, bestParams, bestValue, qc } = tuned;
  return {
    model,
    ...{ metric, direction: study.directions[0], bestValue, bestParams, config: { ...params, ...bestParams } },
    study: { name: study.name, storage },
    ...(qc && { qc }),
    trials: study.trials.map((trial) => ({
      ...{ number: trial.number, state: trial.state, value: trial.values?.[0], params: trial.params },
      ...(trial.state === 'fail' && { reason: failReason(trial) }),
    })),
  };
}

export function tuningText({ model, tuned, params, storage }: TuningOutcome, paint: Paint): string {
  const { bold, dim, yellow } = paint;
  const { study, metric, bestParams, bestValue } = tuned;
  const count = (state: TrialRecord['state']): number => study.trials.filter((trial) => trial.state === state).length;
  const failed = count('fail');
  const sign = study.directions[0] === 'maximize' ? -1 : 1;
  const best = study.trials
    .filter(({ state, values }) => state === 'complete' && values !== undefined)
    .sort((a, b) => sign * ((a.values?.[0] ?? 0) - (b.values?.[0] ?? 0)) || a.number - b.number)
    .slice(0, SHOWN);
  const names = Object.keys(bestParams);
  const rows = best.map(({ number, values, params }) => [
    String(number),
    (values?.[0] ?? Number.NaN).toFixed(4),
    ...names.map((name) => shown(params[name])),
  ]);
  const sets = Object.entries({ ...params, ...bestParams }).map(
    ([key, value]) => ` --set ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return [
    `${model}: ${count('complete')} trials${count('pruned') > 0 ? `, ${count('pruned')} ended early` : ''}`,
    bold(`${metric} on validation: ${bestValue.toFixed(4)}`),
    withHeader(textTable(['trial', metric, ...names], rows), paint),
    ...qualityWarnings(tuned.qc).map((warning) => yellow(`warning: ${warning}`)),
    ...(failed > 0 ? [yellow(`warning: ${failed} trials failed: ${firstReason(study.trials)}`)] : []),
    `train it: holdfast train --model ${model}${sets.join('')}`,
    dim(`study '${study.name}' in ${storage}`),
  ].join('\n');
}

const firstReason = (trials: readonly TrialRecord[]): string =>
  trials.map(failReason).find((reason) => reason !== undefined) ?? 'no reason is known';

function shown(value: unknown): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(4)));
  return value === undefined ? '-' : String(value);
}
