/** The baselines that need no more than labels, fitted on training rows: what every model is held against. */
import { PersistenceBaseline } from '../baselines/persistence.js';
import { PriorBaseline } from '../baselines/prior.js';
import type { Split, SplitRole } from '../core/split.js';
import type { PredictionOutput, Task } from '../model/types.js';

/** What one baseline says of the splits that decide. */
export interface BaselinePredictions {
  readonly name: string;
  readonly description: string;
  readonly validation?: PredictionOutput;
  readonly test?: PredictionOutput;
}

export interface BaselineSplits {
  readonly train: Split<'train', unknown>;
  readonly validation?: Split<'validation', unknown>;
  readonly test?: Split<'test', unknown>;
}

/** The prior, and persistence where the rows have times that say when a label is known. */
export function fitBaselines(task: Task, { train, validation, test }: BaselineSplits): BaselinePredictions[] {
  const open: Split<SplitRole, unknown>[] = [train, ...(validation ? [validation] : []), ...(test ? [test] : [])];
  const prior = new PriorBaseline(task).fit(train);
  const fitted: BaselinePredictions[] = [
    {
      name: prior.name,
      description:
        task === 'regression' ? 'the mean of the training labels' : 'the class shares of the training labels',
      ...(validation && { validation: prior.predict(validation) }),
      ...(test && { test: prior.predict(test) }),
    },
  ];
  if (open.every(PersistenceBaseline.applies)) {
    const persistence = new PersistenceBaseline(task).fit(train);
    fitted.push({
      name: persistence.name,
      description: 'the label that became known last, never one that is still open',
      ...(validation && { validation: persistence.predict(validation) }),
      ...(test && { test: persistence.predict(test, validation ? [validation] : []) }),
    });
  }
  return fitted;
}
