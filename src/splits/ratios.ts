/** Split ratios: their defaults, their checks, and the check of what a split made of them. */
import { InvalidInputError, SplitRatioViolationError } from '../core/errors.js';
import type { SplitRatios, SplitRole } from '../core/split.js';
import { listed } from '../core/text.js';

/** Roles in time order. */
export const ROLES = ['train', 'validation', 'test', 'holdout'] as const satisfies readonly SplitRole[];

export const DEFAULT_RATIOS: Required<SplitRatios> = { train: 0.6, validation: 0.2, test: 0.15, holdout: 0.05 };

/** How far a part may lie from its requested share: 2 percentage points, or one row where rows are fewer than 50. */
const TOLERANCE = 0.02;
const ROUNDING = 1e-9;

/** One number a role. */
export type RoleCounts = Record<SplitRole, number>;

export const countsOf = (count: (role: SplitRole) => number): RoleCounts => ({
  train: count('train'),
  validation: count('validation'),
  test: count('test'),
  holdout: count('holdout'),
});

const percent = (share: number): string => `${Number((share * 100).toFixed(2))}%`;

/**
 * Ratios with every role present (no holdout: 0). Throws `InvalidInputError` for values that are no shares and
 * `SplitRatioViolationError` when they do not sum to 1 or leave train, validation or test without rows.
 */
export function checkedRatios(ratios: SplitRatios = DEFAULT_RATIOS): Required<SplitRatios> {
  if (ratios === null || typeof ratios !== 'object') {
    throw new InvalidInputError(
      'ratios must be an object such as { train: 0.6, validation: 0.2, test: 0.15, holdout: 0.05 }',
    );
  }
  for (const key of Object.keys(ratios)) {
    if (!(ROLES as readonly string[]).includes(key)) {
      throw new InvalidInputError(`ratios: unknown split '${key}'`, { hint: `Splits are ${listed(ROLES)}.` });
    }
  }
  const full = countsOf((role) => ratios[role] ?? (role === 'holdout' ? 0 : Number.NaN));
  for (const role of ROLES) {
    if (!(full[role] >= 0 && full[role] <= 1)) {
      throw new InvalidInputError(`ratios.${role} is ${String(ratios[role])}, not a share between 0 and 1`, {
        hint: 'Give train, validation and test (and, if wanted, holdout) as shares that sum to 1.',
        details: { ratios },
      });
    }
  }
  const sum = ROLES.reduce((total, role) => total + full[role], 0);
  if (Math.abs(sum - 1) > 1e-6) {
    throw new SplitRatioViolationError(`ratios sum to ${percent(sum)}, not 100%`, {
      hint: sum < 1 ? `Give the missing ${percent(1 - sum)} to a split, such as holdout.` : 'Lower one of them.',
      details: { ratios: full, sum },
    });
  }
  const empty = ROLES.filter((role) => role !== 'holdout' && full[role] === 0);
  if (empty.length > 0) {
    throw new SplitRatioViolationError(`ratios give no rows to ${listed(empty)}`, {
      hint: 'Train, validation and test each need a share; only the holdout may be 0.',
      details: { ratios: full },
    });
  }
  return full;
}

/**
 * Throws `SplitRatioViolationError` with all numbers unless every part is within 2 percentage points (or one row) of its share and no
 * requested part is empty. `counts` are rows as assigned, before purge and embargo, which take rows away on purpose.
 */
export function assertRatios(counts: RoleCounts, ratios: Required<SplitRatios>, why: string): void {
  const rows = ROLES.reduce((total, role) => total + counts[role], 0);
  const allowed = Math.max(TOLERANCE * rows, 1) + ROUNDING * rows;
  const wrong = ROLES.filter(
    (role) => Math.abs(counts[role] - ratios[role] * rows) > allowed || (counts[role] === 0 && ratios[role] > 0),
  );
  if (wrong.length === 0) return;
  const told = wrong.map(
    (role) =>
      `${role} has ${counts[role]} of ${rows} rows (${percent(counts[role] / rows)}), requested ${percent(ratios[role])}`,
  );
  throw new SplitRatioViolationError(
    `The split misses the requested ratios by more than 2 percentage points: ${told.join('; ')}`,
    {
      hint: why,
      details: { rows, counts, requested: ratios, violated: wrong, tolerance: TOLERANCE },
    },
  );
}
