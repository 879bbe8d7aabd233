/** What the gate before deployment found: plain data, for reports. */
import type { SplitRole } from '../core/split.js';

/** One requirement and what came of it. */
export interface GateCheck {
  /** What is required of: a metric, its interval, a baseline, the worst period or group, the gap between train and judge. */
  readonly kind: 'metric' | 'interval' | 'baseline' | 'period' | 'group' | 'gap' | 'rows';
  readonly metric?: string;
  readonly split: SplitRole;
  /** Of the baseline, period or group. */
  readonly name?: string;
  readonly comparison: 'atLeast' | 'atMost';
  readonly limit: number;
  /** Null where there is no such value; then the check fails. */
  readonly actual: number | null;
  readonly passed: boolean;
  /** A sentence with the numbers in it. */
  readonly text: string;
}

/** What the gate before deployment decided, and which thresholds were missed. */
export interface GateVerdict {
  readonly passed: boolean;
  /** All of them, in the order of the gate's settings. */
  readonly checks: readonly GateCheck[];
  /** The sentences of the failed ones. */
  readonly failures: readonly string[];
}
