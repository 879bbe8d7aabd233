/** Samplers and pruners by the names the command line knows. */
import type { Pruner } from '../tuning/pruner.js';
import { MedianPruner } from '../tuning/pruners/percentile.js';
import { SuccessiveHalvingPruner } from '../tuning/pruners/successive-halving.js';
import type { Sampler } from '../tuning/sampler.js';
import { CmaEsSampler } from '../tuning/samplers/cma-es.js';
import { GPSampler } from '../tuning/samplers/gp.js';
import { QmcSampler } from '../tuning/samplers/qmc.js';
import { RandomSampler } from '../tuning/samplers/random.js';
import { TPESampler } from '../tuning/samplers/tpe/sampler.js';

export const SAMPLERS = ['tpe', 'random', 'qmc', 'cma-es', 'gp'] as const;
export type SamplerName = (typeof SAMPLERS)[number];

export const PRUNERS = ['none', 'median', 'halving'] as const;
export type PrunerName = (typeof PRUNERS)[number];

export function samplerOf(name: SamplerName | undefined): Sampler | undefined {
  const make: Record<SamplerName, () => Sampler> = {
    tpe: () => new TPESampler(),
    random: () => new RandomSampler(),
    qmc: () => new QmcSampler(),
    'cma-es': () => new CmaEsSampler(),
    gp: () => new GPSampler(),
  };
  return name && make[name]();
}

export function prunerOf(name: PrunerName | undefined): Pruner | undefined {
  const make: Record<PrunerName, () => Pruner | undefined> = {
    none: () => undefined,
    median: () => new MedianPruner(),
    halving: () => new SuccessiveHalvingPruner(),
  };
  return name && make[name]();
}
