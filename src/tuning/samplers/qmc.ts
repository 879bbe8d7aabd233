/** Trials spread evenly over the space: the points of a scrambled Sobol sequence, one dimension for each parameter. */
import { type Distribution, fromUnit } from '../distribution.js';
import type { HistoryView } from '../history.js';
import type { Sampler, SamplerContext } from '../sampler.js';
import { sobol } from './sobol.js';

/** How `QmcSampler` scrambles its points. */
export interface QmcOptions {
  /** False gives the plain sequence, which starts with a corner. Default true. */
  readonly scramble?: boolean;
}

/** Points of a scrambled Sobol sequence: trials spread evenly over the space. */
export class QmcSampler implements Sampler {
  readonly name = 'qmc';

  constructor(private readonly options: QmcOptions = {}) {}

  sampleIndependent(context: SamplerContext, name: string, distribution: Distribution): number {
    return evenValue(context, name, distribution, this.options.scramble);
  }
}

/** The trial's value of a parameter: a coordinate of the Sobol point of the trial's number. */
export function evenValue(
  context: SamplerContext,
  name: string,
  distribution: Distribution,
  scramble: boolean | undefined,
): number {
  // One scrambling for the whole study: that of trial 0.
  return fromUnit(distribution, sobol(context.number, dimensionOf(context, name), context.studySeed, scramble));
}

/** Parameters in the order in which trials had them first; one that is new comes after all that are known, at its place in this trial. */
function dimensionOf(context: SamplerContext, name: string): number {
  const known = namesOf(context.view);
  const place = known.indexOf(name);
  if (place >= 0) return place;
  return known.length + Object.keys(context.params).filter((other) => !known.includes(other)).length;
}

const cache = new WeakMap<HistoryView, readonly string[]>();

function namesOf(view: HistoryView): readonly string[] {
  let names = cache.get(view);
  if (!names) {
    const found = new Set<string>();
    let last = -1;
    for (const { number, params } of view.finished) {
      const set = view.history.setOf(number);
      if (set === last) continue;
      last = set;
      for (const name of Object.keys(params)) found.add(name);
    }
    cache.set(view, (names = [...found]));
  }
  return names;
}
