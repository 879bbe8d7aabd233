/** A study as its plots show it: values of the trials in their order, and the parameters they tried. */
import type { Study } from '../../tuning/study.js';
import type { TuningSummary } from '../report-data.js';

const PARAMETERS = 8;
const TRIALS = 1000;

/** The first objective of a study; all of its parameters up to eight, those that more trials have first. */
export function summariseStudy(
  study: Pick<Study, 'name' | 'directions' | 'trials'>,
  { metric }: { readonly metric?: string } = {},
): TuningSummary {
  const [direction = 'minimize'] = study.directions;
  const trials = study.trials.slice(0, TRIALS);
  const seen = new Map<string, { count: number; log: boolean; choices?: readonly string[] }>();
  for (const { distributions } of trials) {
    for (const [name, distribution] of Object.entries(distributions)) {
      const known = seen.get(name);
      if (known) known.count++;
      else if (distribution.type === 'categorical')
        seen.set(name, { count: 1, log: false, choices: distribution.choices.map(String) });
      else seen.set(name, { count: 1, log: distribution.log });
    }
  }
  const sign = direction === 'maximize' ? -1 : 1;
  let best: { number: number; value: number } | undefined;
  for (const { number, state, values } of trials) {
    const value = values?.[0];
    if (state !== 'complete' || value === undefined || !Number.isFinite(value)) continue;
    if (!best || sign * value < sign * best.value) best = { number, value };
  }
  return {
    name: study.name,
    ...(metric !== undefined && { metric }),
    direction,
    trials: trials.map(({ number, state, values, params }) => ({
      ...{ number, state, params },
      value: values && Number.isFinite(values[0]) ? values[0] : null,
    })),
    ...(best && { best }),
    parameters: [...seen]
      .sort(([, a], [, b]) => b.count - a.count)
      .slice(0, PARAMETERS)
      .map(([name, { log, choices }]) => ({ name, log, ...(choices && { choices }) })),
  };
}
