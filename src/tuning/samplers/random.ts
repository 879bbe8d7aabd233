/** Values drawn without looking at other trials (Bergstra and Bengio, 2012). */
import { type Distribution, fromUnit } from '../distribution.js';
import type { Sampler, SamplerContext } from '../sampler.js';

/** Values drawn without looking at other trials (Bergstra and Bengio, 2012). */
export class RandomSampler implements Sampler {
  readonly name = 'random';

  sampleIndependent(context: SamplerContext, name: string, distribution: Distribution): number {
    return randomValue(context, name, distribution);
  }
}

/** A uniform value: of the logarithm where the range is logarithmic. */
export function randomValue(context: Pick<SamplerContext, 'random'>, name: string, distribution: Distribution): number {
  return fromUnit(distribution, context.random(name).float());
}
