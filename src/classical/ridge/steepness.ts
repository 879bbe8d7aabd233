/** How steep the softmax of a ridge classifier's decision values is: its probabilities are fitted to leave-one-out decisions. */
import { TemperatureCalibrator } from '../../calibration/temperature.js';
import { probabilitiesOf } from './predict.js';
import type { RidgeData, RidgeResult } from './train.js';

/** Inverse temperature of the softmax with the least log-loss on leave-one-out decisions. */
export function steepnessOf(
  { heldOut, outputs }: Pick<RidgeResult, 'heldOut' | 'outputs'>,
  { y, weights }: Pick<RidgeData, 'y' | 'weights'>,
): number {
  const n = y.length;
  const kept = Array.from(y, (_, i) => i).filter((i) => {
    for (let k = 0; k < outputs; k++) if (!Number.isFinite(heldOut[k * n + i])) return false;
    return true;
  });
  if (kept.length === 0) return 1;
  const decisions = kept.flatMap((i) => Array.from({ length: outputs }, (_, k) => heldOut[k * n + i]));
  const calibrator = new TemperatureCalibrator().fit(
    probabilitiesOf(decisions, outputs, 1),
    kept.map((i) => y[i]),
    kept.map((i) => weights[i]),
  );
  return 1 / calibrator.temperature;
}
