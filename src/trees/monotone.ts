/**
 * Monotone constraints by bounds: the two sides of a split on a constrained feature keep to either side of the middle of
 * their outputs, and so does everything below them. It never lets a constraint be broken and gives up some good splits for it
 * (LightGBM's method 'basic'; XGBoost's bounds).
 */
import { exp } from '../core/math.js';
import type { OutputBounds } from './leaf-output.js';

/** 1: predictions may not fall as the column grows; -1: not rise; 0: free. */
export type Direction = number;

/** Bounds of the two children of a node split on a feature of this direction. */
export function boundsBelow(
  bounds: OutputBounds,
  direction: Direction,
  [left, right]: readonly [number, number],
): [left: OutputBounds, right: OutputBounds] {
  if (direction === 0) return [bounds, bounds];
  const middle = (left + right) / 2;
  const [low, high] = [
    { ...bounds, upper: middle },
    { ...bounds, lower: middle },
  ];
  return direction > 0 ? [low, high] : [high, low];
}

/**
 * What the gain of a split on a constrained feature is multiplied by: splits near the root, where a constraint costs most, are
 * held back; those of the first `penalty` levels all but forbidden (LightGBM's `monotone_penalty`).
 */
export function penaltyFactor(penalty: number, depth: number): number {
  const little = 1e-15;
  if (penalty <= 0) return 1;
  if (penalty >= depth + 1) return little;
  if (penalty <= 1) return 1 - penalty * powerOfTwo(-depth) + little;
  return 1 - powerOfTwo(penalty - 1 - depth) + little;
}

const powerOfTwo = (exponent: number): number => exp(exponent * Math.LN2);
