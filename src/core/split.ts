/** Split roles: which rows may be used for what. The role is part of the type and checked again at run time. */
import { DataLeakageError, InvalidInputError } from './errors.js';
import type { Matrix } from './matrix.js';

/** What a part of the data is for. `train` fits, `validation` stops and tunes, `test` is evaluated once a run, `holdout` is sealed. */
export type SplitRole = 'train' | 'validation' | 'test' | 'holdout';

/** One part of the data. Code that may only see training rows takes `Split<'train'>` and cannot be given another. */
export interface Split<R extends SplitRole, X = Matrix> {
  readonly role: R;
  readonly X: X;
  /** (n,) labels. */
  readonly y: Float64Array;
  /** (n,) non-negative sample weights. */
  readonly weights?: Float32Array;
  /** (n,) when the row's features are known, ms since epoch. */
  readonly times?: Float64Array;
  /** (n,) when the row's label is known, ms since epoch: what purging uses. */
  readonly labelEnds?: Float64Array;
  /** (n,) entity of each row: never in two splits. */
  readonly groups?: ArrayLike<string | number>;
  /** (n,) row numbers in the table or arrays that all splits were cut from: what finds a row in two splits. */
  readonly rowIds?: Uint32Array;
}

/** Shares of the rows in time order; must sum to 1. */
export interface SplitRatios {
  train: number;
  validation: number;
  test: number;
  holdout?: number;
}

/** Throws `DataLeakageError` unless `split.role` is one of `allowed`: the run-time half of the type check. */
export function assertRole<R extends SplitRole>(
  split: { role: SplitRole },
  allowed: readonly R[],
  doing: string,
): asserts split is { role: R } {
  if (split === null || typeof split !== 'object' || !('role' in split)) {
    throw new InvalidInputError(
      `${doing}: expected a split with a role, got ${split === null ? 'null' : typeof split}`,
      {
        hint: 'Pass container.train (or build a Split with its role).',
      },
    );
  }
  if (!(allowed as readonly SplitRole[]).includes(split.role)) {
    throw new DataLeakageError(`${doing} may only see ${allowed.join(' or ')} rows, but was given ${split.role} rows`, {
      hint: `Pass the ${allowed[0]} split. Anything fitted on ${split.role} rows would leak into their evaluation.`,
      details: { role: split.role, allowed },
    });
  }
}
