/** The numbers that are made of one combination: one column a description, target border and prior. */
import type { CtrDescription } from './params.js';

export interface CtrPart {
  type: CtrDescription['type'];
  /** Borders: rows of classes above it are good; Buckets: rows of this class. */
  targetBorder: number;
  targetBorderCount: number;
  prior: readonly [numerator: number, denominator: number];
  /** value = ((good + numerator) / (total + denominator) + shift) * scale: 0 .. borderCount. */
  shift: number;
  scale: number;
  borderCount: number;
}

/** `classes`: those of the target, 0 of values. */
export function expandCtrs(descriptions: readonly CtrDescription[], classes: number): CtrPart[] {
  return descriptions.flatMap((description) => {
    const { type, borderCount } = description;
    const targetBorderCount = classes > 0 ? classes - 1 : description.targetBorderCount;
    // Of two classes one bucket says all.
    const buckets = targetBorderCount === 1 ? 1 : targetBorderCount + 1;
    const targets = type === 'Borders' ? targetBorderCount : type === 'Buckets' ? buckets : 1;
    return Array.from({ length: targets }, (_, targetBorder) =>
      description.priors.map((prior): CtrPart => {
        const value = prior[0] / prior[1];
        const low = Math.min(0, value);
        const high = Math.max(1, value);
        return {
          type,
          targetBorder,
          targetBorderCount,
          prior,
          shift: -low,
          scale: borderCount / (high - low),
          borderCount,
        };
      }),
    ).flat();
  });
}

/** The border that separates bins up to `bin` from those above. */
export function ctrBorder(bin: number): number {
  return Math.fround(bin + 0.999999);
}

/** The bin of a statistic, in float32 as prediction computes it. */
export function ctrBin(good: number, total: number, part: CtrPart): number {
  const { fround } = Math;
  const share = fround(fround(good + part.prior[0]) / fround(total + part.prior[1]));
  return Math.min(part.borderCount, Math.floor(fround(fround(share + part.shift) * part.scale) + 1e-6));
}
