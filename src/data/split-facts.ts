/** How splits came about (purged, embargoed, dropped), and the plain-data summary that reports print. */
import type { Split, SplitRatios, SplitRole } from '../core/split.js';
import { inspectHoldout, type LockedHoldout } from '../splits/holdout.js';
import {
  assertNoLeakage,
  checkLeakage,
  type LeakageOptions,
  type LeakagePart,
  type LeakageReport,
} from '../splits/leakage.js';
import type { DroppedRows } from '../splits/purge.js';
import type { RoleCounts } from '../splits/ratios.js';
import type { SplitX } from '../splits/row-hash.js';

/** What was decided when one table was cut; carried from raw splits to the container made of them. */
export interface SplitFacts {
  readonly ratios: Required<SplitRatios>;
  /** Rows of each part before purge and embargo. */
  readonly assigned: RoleCounts;
  readonly purged: readonly DroppedRows[];
  readonly embargoed: readonly DroppedRows[];
  /** Rows dropped because their label is missing. */
  readonly unlabelled: number;
  /** Splits whose entities run side by side in time, which no purge can part. */
  readonly concurrent: readonly (readonly [SplitRole, SplitRole])[];
  /** Where label ends came from. */
  readonly labelEnds: 'column' | 'horizon' | 'none';
}

/** What each split holds, and what was left out between them. */
export interface SplitSummary {
  readonly splits: readonly {
    readonly role: SplitRole;
    readonly rows: number;
    /** ISO 8601; absent without times, and for a locked holdout. */
    readonly from?: string;
    readonly to?: string;
    readonly groups?: number;
  }[];
  readonly features: number;
  readonly symbol?: string;
  readonly horizon?: number;
  readonly seqLen?: number;
  readonly holdoutLocked: boolean;
  readonly ratios?: Required<SplitRatios>;
  readonly assigned?: RoleCounts;
  readonly purged?: readonly { from: SplitRole; because: SplitRole; rows: number }[];
  readonly embargoed?: readonly { from: SplitRole; because: SplitRole; rows: number }[];
  readonly unlabelled?: number;
  readonly concurrent?: readonly (readonly [SplitRole, SplitRole])[];
  readonly labelEnds?: 'column' | 'horizon' | 'none';
}

/** What summaries and checks need of a container, raw or finished. */
export interface SplitHolder<X extends SplitX> {
  readonly train: Split<'train', X>;
  readonly validation: Split<'validation', X>;
  readonly test: Split<'test', X>;
  readonly holdout: LockedHoldout<X>;
  readonly featureNames: readonly string[];
  readonly symbol?: string;
  readonly horizon?: number;
  readonly seqLen?: number;
  readonly facts?: SplitFacts;
}

const iso = (ms: number): string | undefined => (Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : undefined);

export function summarize<X extends SplitX>(holder: SplitHolder<X>): SplitSummary {
  const { train, validation, test, holdout, facts } = holder;
  const counted = (dropped: readonly DroppedRows[]) =>
    dropped.map(({ from, because, rows }) => ({ from, because, rows: rows.length }));
  const opened = holdout.locked ? undefined : inspectHoldout(holdout);
  return {
    splits: [
      ...[train, validation, test].map(describe),
      opened ? describe(opened) : { role: 'holdout', rows: holdout.rows },
    ],
    features: holder.featureNames.length,
    ...(holder.symbol === undefined ? {} : { symbol: holder.symbol }),
    ...(holder.horizon === undefined ? {} : { horizon: holder.horizon }),
    ...(holder.seqLen === undefined ? {} : { seqLen: holder.seqLen }),
    holdoutLocked: holdout.locked,
    ...(facts && {
      ratios: facts.ratios,
      assigned: facts.assigned,
      purged: counted(facts.purged),
      embargoed: counted(facts.embargoed),
      unlabelled: facts.unlabelled,
      concurrent: facts.concurrent,
      labelEnds: facts.labelEnds,
    }),
  };
}

function describe(split: Split<SplitRole, unknown>): SplitSummary['splits'][number] {
  const { role, y, times, groups } = split;
  return {
    role,
    rows: y.length,
    ...(times && times.length > 0 ? { from: iso(times[0]), to: iso(times[times.length - 1]) } : {}),
    ...(groups ? { groups: new Set(Array.from(groups, String)).size } : {}),
  };
}

/** All splits, the sealed holdout too: its rows are compared, never given out. */
function leakageParts<X extends SplitX>({ train, validation, test, holdout }: SplitHolder<X>): LeakagePart[] {
  const sealed = inspectHoldout(holdout);
  return [train, validation, test, ...(sealed ? [sealed] : [])];
}

export const checkHolder = <X extends SplitX>(
  holder: SplitHolder<X>,
  options?: LeakageOptions,
): Promise<LeakageReport> => checkLeakage(leakageParts(holder), options);

export const assertHolder = <X extends SplitX>(
  holder: SplitHolder<X>,
  options?: LeakageOptions,
): Promise<LeakageReport> => assertNoLeakage(leakageParts(holder), options);
