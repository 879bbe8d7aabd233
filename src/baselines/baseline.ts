/** What every score is compared to: predictors that learn nothing from features. */
import { NotFittedError } from '../core/errors.js';
import type { Split, SplitRole } from '../core/split.js';
import type { PredictionOutput, Task } from '../model/types.js';

/** A predictor that never looks at X. `fit` sees training rows only, checked by type and at run time. */
export interface Baseline {
  /** Short name for tables: 'prior', 'persistence'. */
  readonly name: string;
  readonly task: Task;
  fit(train: Split<'train', unknown>): this;
  /** One prediction for each row of `split`; probabilities for classification. */
  predict(split: Split<SplitRole, unknown>): PredictionOutput;
}

/** `value`, or `NotFittedError` when `fit` has not set it. */
export function requireFitted<T>(value: T | undefined, name: string): T {
  if (value !== undefined) return value;
  throw new NotFittedError(`The ${name} baseline is not fitted`, { hint: 'Call fit(container.train) first.' });
}
