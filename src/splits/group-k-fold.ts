/** K-fold by entity: all rows of a group are tested together. */
import { presentGroups } from '../core/checks.js';
import { InvalidInputError } from '../core/errors.js';
import { lazySchema, type ZodType } from '../core/schema.js';
import { rowsByGroup } from './label-spans.js';
import { assertEnough, checkSplitData, type Fold, foldsOfParts, type SplitData, type Splitter } from './splitter.js';

/** Parts of `GroupKFold`. */
export interface GroupKFoldOptions {
  /** Parts, at least 2. Default 5. */
  folds?: number;
}

const groupKFoldOptions = lazySchema(
  (z) =>
    z.strictObject({ folds: z.int().min(2).default(5) }) as unknown as ZodType<
      Required<GroupKFoldOptions>,
      GroupKFoldOptions
    >,
);

/**
 * Every row is tested once, no group is in train and test of a fold, and every part has a group. Groups, the largest first (equal ones in
 * the order of their first row), each go to the part with the fewest rows so far (of equal ones the first), as in scikit-learn's `GroupKFold`.
 *
 * @example
 * new GroupKFold({ folds: 5 }).split({ rows: patients.length, groups: patients });
 */
export class GroupKFold implements Splitter {
  readonly folds: number;

  /** @throws ConfigError - an unknown option, or one out of range */
  constructor(options: GroupKFoldOptions = {}) {
    this.folds = groupKFoldOptions.parse(options, 'GroupKFold').folds;
  }

  get splits(): number {
    return this.folds;
  }

  /** @throws InvalidInputError - no groups, a row without one, or more folds than groups */
  split(data: SplitData): Iterable<Fold> {
    checkSplitData(data, 'GroupKFold');
    if (!data.groups) throw new InvalidInputError('GroupKFold needs groups', { hint: 'split({ rows, groups })' });
    const groups = presentGroups(data.groups, data.rows, 'GroupKFold: groups');
    const members = [
      ...rowsByGroup(
        Uint32Array.from(groups, (_, i) => i),
        groups,
      ).values(),
    ];
    assertEnough(this.folds, members.length, 'groups', 'GroupKFold');
    // The sort keeps equal ones in their order.
    members.sort((a, b) => b.length - a.length);
    const part = new Uint32Array(data.rows);
    const sizes = new Uint32Array(this.folds);
    for (const rows of members) {
      const lightest = sizes.indexOf(Math.min(...sizes));
      sizes[lightest] += rows.length;
      for (const row of rows) part[row] = lightest;
    }
    return foldsOfParts(part, this.folds);
  }
}
