/** How raw splits and containers describe themselves to the split registry. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../core/hash.js';
import { Matrix } from '../core/matrix.js';
import type { Split, SplitRole } from '../core/split.js';
import { Turns } from '../core/turns.js';
import { inspectHoldout } from '../splits/holdout.js';
import type { DroppedRows } from '../splits/purge.js';
import { type SplitRecord, type StoredDroppedRows, updateWith } from '../splits/registry.js';
import type { ContainerX } from './container-splits.js';
import type { SplitFacts, SplitHolder } from './split-facts.js';

const stored = (dropped: readonly DroppedRows[] = []): StoredDroppedRows[] =>
  dropped.map(({ from, because, rows }) => ({ from, because, rows: Array.from(rows) }));

/** The part of a record that `fromTable` decided. */
export const storedFacts = (
  facts: SplitFacts | undefined,
): Pick<SplitRecord, 'assigned' | 'purged' | 'embargoed' | 'concurrent'> => ({
  ...(facts && { assigned: facts.assigned, concurrent: facts.concurrent }),
  purged: stored(facts?.purged),
  embargoed: stored(facts?.embargoed),
});

/** Values hashed between two looks at the clock. */
const VALUES_PER_STEP = 1_000_000;

/**
 * The record of a container: rows by their source numbers, or, where these are unknown, numbered through in the order train, validation,
 * test, holdout. The data hash covers features, labels, weights, times, label ends and groups of all splits.
 */
export async function containerRecord<X extends ContainerX>(container: SplitHolder<X>): Promise<SplitRecord> {
  const { train, validation, test, holdout, featureNames, symbol, horizon, seqLen, facts } = container;
  const splits: (Split<SplitRole, X> | undefined)[] = [train, validation, test, inspectHoldout(holdout)];
  const hash = createHash('sha256');
  const turns = new Turns();
  const rows: number[][] = [];
  let from = 0;
  for (const split of splits) {
    const { y, rowIds } = split ?? { y: new Float64Array(0) };
    rows.push(rowIds ? Array.from(rowIds) : Array.from(y, (_, i) => from + i));
    from += y.length;
    if (!split) continue;
    const base = split.X instanceof Matrix ? split.X : split.X.base;
    hash.update(canonicalJson({ role: split.role, rows: y.length, cols: base.cols }));
    for (let i = 0; i < base.data.length; i += VALUES_PER_STEP) {
      await turns.pause();
      const part = base.data.subarray(i, i + VALUES_PER_STEP);
      updateWith(
        hash,
        part.map((value) => (Number.isNaN(value) ? Number.NaN : value)),
      );
    }
    if (!(split.X instanceof Matrix)) updateWith(hash, split.X.ends);
    for (const values of [y, split.weights, split.times, split.labelEnds]) {
      hash.update(values ? 'given' : 'absent');
      if (values) updateWith(hash, values);
    }
    hash.update(canonicalJson(split.groups ? Array.from(split.groups) : null));
  }
  return {
    dataHash: hash.digest('hex'),
    settings: JSON.parse(canonicalJson({ featureNames, symbol, horizon, seqLen })),
    rows: { train: rows[0], validation: rows[1], test: rows[2], holdout: rows[3] },
    ...storedFacts(facts),
  };
}
