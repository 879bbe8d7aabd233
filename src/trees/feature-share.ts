/** How many features a share of them is; the libraries differ. */

/** 'nearest': rounded, as in LightGBM. 'down': rounded down, in float32, as in XGBoost. */
export type ShareRounding = 'nearest' | 'down';

/** At least one of `features`. */
export function shareOfFeatures(features: number, share: number, rounding: ShareRounding = 'nearest'): number {
  if (rounding === 'nearest') return Math.max(1, Math.round(features * share));
  // 0.29 of 100 is 29 in float32, below it in float64.
  return Math.max(1, Math.floor(Math.fround(Math.fround(share) * features)));
}
