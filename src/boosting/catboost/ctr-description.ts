/** CatBoost's texts that describe target statistics: `Borders:TargetBorderCount=1:CtrBorderCount=15:Prior=0.5/1`. */

import type { CtrDescription } from './engine/params.js';
import { CTR_TYPES } from './ensemble.js';

const TRAINED = CTR_TYPES.filter((type) => type !== 'FeatureFreq' && type !== 'FloatTargetMeanValue');
const MEAN_PRIORS = [
  [0, 1],
  [0.5, 1],
  [1, 1],
] as const;

/** The description, or what is wrong with the text. */
export function parseCtr(text: string): CtrDescription | string {
  const [name, ...options] = text.split(':');
  const type = TRAINED.find((known) => known === name);
  if (!type) return `'${name}' is no target statistic: one of ${TRAINED.join(', ')}`;
  const description = {
    type: type as CtrDescription['type'],
    priors: [] as [number, number][],
    borderCount: 15,
    targetBorderCount: 1,
  };
  for (const option of options) {
    const [key, value = ''] = option.split('=');
    const problem = apply(description, key, value);
    if (problem) return `${option}: ${problem}`;
  }
  const fallback = type === 'Counter' ? MEAN_PRIORS.slice(0, 1) : MEAN_PRIORS;
  return { ...description, priors: description.priors.length > 0 ? description.priors : fallback };
}

function apply(
  into: { priors: [number, number][]; borderCount: number; targetBorderCount: number },
  key: string,
  value: string,
): string | undefined {
  const count = Number(value);
  const counts = value !== '' && Number.isInteger(count) && count >= 1 && count <= 255;
  switch (key) {
    case 'CtrBorderCount':
      into.borderCount = count;
      return counts ? undefined : 'is no integer in 1 .. 255';
    case 'TargetBorderCount':
      into.targetBorderCount = count;
      return counts ? undefined : 'is no integer in 1 .. 255';
    case 'CtrBorderType':
      return value === 'Uniform' ? undefined : 'only Uniform';
    case 'TargetBorderType':
      return value === 'MinEntropy' ? undefined : 'only MinEntropy';
    case 'Prior': {
      const [numerator, denominator = 1] = value.split('/').map(Number);
      into.priors.push([numerator, denominator]);
      return numerator >= 0 && denominator > 0 && Number.isFinite(numerator / denominator)
        ? undefined
        : 'is no share such as 0.5 or 1/2';
    }
    default:
      return 'is unknown';
  }
}
