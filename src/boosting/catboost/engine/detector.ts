/** When to stop for lack of improvement: CatBoost's overfitting detectors (https://catboost.ai/docs/en/concepts/overfitting-detector). */
import { exp } from '../../../core/math.js';
import { isImprovement } from '../../engine/metrics/metric.js';
import type { Detector } from './params.js';

const DECAY = 0.99;

export class OverfittingDetector {
  /** 1-based; 0 before the first value. */
  best = 0;
  private readonly values: number[] = [];
  private expected = 0;

  constructor(
    private readonly detector: Detector,
    private readonly direction: 'minimize' | 'maximize',
  ) {}

  /** Takes the watched metric of the next iteration; true: stop. */
  add(value: number): boolean {
    const { values, detector } = this;
    const bestValue = this.best > 0 ? this.valueAt(this.best - 1) : Number.NEGATIVE_INFINITY;
    values.push(this.direction === 'maximize' ? value : -value);
    const last = values.length - 1;
    if (this.best === 0 || isImprovement('maximize', values[last], bestValue)) this.best = last + 1;
    const since = last + 1 - this.best;
    if (detector.type === 'Iter') return detector.wait > 0 && since >= detector.wait;
    if (detector.type === 'None' || detector.pValue <= 0) return false;
    this.expect(last);
    return since >= detector.wait && this.pValue(last) < detector.pValue;
  }

  /** Takes the values of the iterations that an earlier run did. */
  restore(values: readonly number[]): void {
    for (const value of values) this.add(value);
  }

  private valueAt(i: number): number {
    return this.values[i];
  }

  /** The largest fading rise between two iterations so far. */
  private expect(last: number): void {
    this.expected *= DECAY;
    for (let i = last, fade = 1; i >= 0; i--, fade *= DECAY) {
      this.expected = Math.max(this.expected, fade * (this.values[last] - this.values[i]));
    }
  }

  private pValue(last: number): number {
    const fall = this.values[this.best - 1] - this.values[last];
    if (fall <= 0) return 1;
    return this.expected > 0 ? exp((-0.5 * fall) / this.expected) : 0;
  }
}
