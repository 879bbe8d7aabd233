/**
 * The sealed holdout: rows that nobody reads before they say why. Reading any part of it while locked is an error, printing,
 * spreading, cloning or serialising it shows its size only, and every unlock is on record.
 */
import { userInfo } from 'node:os';
import { HoldoutLockedError, InvalidInputError } from '../core/errors.js';
import type { Matrix } from '../core/matrix.js';
import type { Split } from '../core/split.js';

/** One opening of a holdout. */
export interface HoldoutUnlock {
  readonly reason: string;
  /** Who: as given, else the user of the process. */
  readonly by: string;
  /** When, ISO 8601. */
  readonly at: string;
}

/** What all forms of one holdout (raw, preprocessed, as windows) share: opening one opens all. */
interface Seal {
  readonly unlocks: HoldoutUnlock[];
}

interface Contents<X> {
  readonly rows: number;
  readonly open: () => Split<'holdout', X>;
  readonly seal: Seal;
}

let contentsOf: <X>(holdout: LockedHoldout<X>) => Contents<X>;
let derived: <X>(contents: Contents<X>) => LockedHoldout<X>;

/**
 * The holdout of a container. `unlock({ reason })` is the only way in.
 *
 * @example
 * container.holdout.rows; // 3650
 * const final = container.holdout.unlock({ reason: 'final evaluation before deployment' });
 * container.holdout.unlocks; // [{ reason, by, at }]
 */
export class LockedHoldout<X = Matrix> {
  readonly role = 'holdout';
  #contents: Contents<X>;

  /** Seals a split; keep no other reference to it. Without a split the holdout is empty. */
  constructor(split?: Split<'holdout', X>) {
    let contents: Split<'holdout', X> | undefined = split;
    this.#contents = {
      rows: split?.y.length ?? 0,
      seal: { unlocks: [] },
      open: () => {
        if (!contents)
          throw new InvalidInputError('There is no holdout', {
            hint: 'Give the holdout a share in `ratios`, or pass XHoldout and yHoldout.',
          });
        return (contents = Object.freeze(contents));
      },
    };
  }

  static {
    contentsOf = (holdout) => holdout.#contents;
    derived = <X>(contents: Contents<X>) => {
      const holdout = new LockedHoldout<X>();
      holdout.#contents = contents;
      return holdout;
    };
    // Not part of the type, so TypeScript refuses them; here for JavaScript callers and casts.
    for (const name of ['X', 'y', 'weights', 'times', 'labelEnds', 'groups', 'rowIds'] as const) {
      Object.defineProperty(LockedHoldout.prototype, name, {
        get(this: LockedHoldout<unknown>) {
          const { seal, open } = this.#contents;
          if (seal.unlocks.length === 0) throw lockedError(name);
          return open()[name];
        },
      });
    }
  }

  /** Rows inside; the one thing that may be known without a reason. */
  get rows(): number {
    return this.#contents.rows;
  }

  get locked(): boolean {
    return this.#contents.seal.unlocks.length === 0;
  }

  /** Every unlock so far, oldest first. */
  get unlocks(): readonly HoldoutUnlock[] {
    return this.#contents.seal.unlocks.map((unlock) => ({ ...unlock }));
  }

  /**
   * The rows inside. Each call is recorded in `unlocks`.
   * Throws `InvalidInputError` without a reason, or when the holdout has no rows.
   */
  unlock(request: { reason: string; by?: string }): Split<'holdout', X> {
    const reason = typeof request?.reason === 'string' ? request.reason.trim() : '';
    if (reason === '') {
      throw new InvalidInputError('The holdout is not unlocked without a reason', {
        hint: "Say what it is for: holdout.unlock({ reason: 'final evaluation of model v3' }).",
      });
    }
    const { open, seal } = this.#contents;
    const split = open();
    seal.unlocks.push({
      reason,
      by: (typeof request.by === 'string' && request.by.trim()) || currentUser(),
      at: new Date().toISOString(),
    });
    return split;
  }

  /** Size and unlock record, never the data. */
  toJSON(): { role: 'holdout'; rows: number; locked: boolean; unlocks: readonly HoldoutUnlock[] } {
    return { role: 'holdout', rows: this.rows, locked: this.locked, unlocks: this.unlocks };
  }
}

/**
 * The same holdout in another form (preprocessed, as windows) behind the same seal. `change` runs on the first unlock, so that nothing is
 * computed on sealed rows before. For the library's own layers; not exported from the package.
 */
export function deriveHoldout<X, Z>(
  holdout: LockedHoldout<X>,
  change: (split: Split<'holdout', X>) => Split<'holdout', Z>,
  rows = holdout.rows,
): LockedHoldout<Z> {
  const source = contentsOf(holdout);
  let changed: Split<'holdout', Z> | undefined;
  return derived<Z>({ rows, seal: source.seal, open: () => (changed ??= Object.freeze(change(source.open()))) });
}

/**
 * The rows inside, unrecorded, for checks that compare the holdout with the other splits and give out row numbers only.
 * Undefined for an empty holdout. For the library's own layers; not exported from the package.
 */
export function inspectHoldout<X>(holdout: LockedHoldout<X>): Split<'holdout', X> | undefined {
  return holdout.rows === 0 ? undefined : contentsOf(holdout).open();
}

function lockedError(what: string): HoldoutLockedError {
  return new HoldoutLockedError(`The holdout is locked: its ${what} cannot be read`, {
    hint: "Use holdout.unlock({ reason: '...' }); the reason is recorded. Until the final evaluation, use the validation and test splits.",
    details: { property: what },
  });
}

function currentUser(): string {
  try {
    return userInfo().username;
  } catch {
    // No entry for this user id, as in many containers.
    return process.env.USER ?? 'unknown';
  }
}
