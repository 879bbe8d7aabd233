/**
 * Facts about running trials on their way to the storage: those that come together are written together, in their order. An objective
 * never waits for them; the end of its trial does.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Storage, TrialChange } from './storage.js';

interface Pending {
  changes: TrialChange[];
  /** The writing of everything before `changes`. */
  written: Promise<boolean>;
  scheduled: boolean;
}

export class TrialWriter {
  private readonly pending = new Map<number, Pending>();

  constructor(private readonly storage: Storage) {}

  /** Writes soon. */
  add(trialId: number, changes: readonly TrialChange[]): void {
    const entry = this.entry(trialId);
    entry.changes.push(...changes);
    if (entry.scheduled) return;
    entry.scheduled = true;
    entry.written = entry.written.then(async (alive) => {
      await nextTurn();
      return alive && this.write(trialId, entry);
    });
    // Whoever ends the trial gets to know.
    entry.written.catch(() => {});
  }

  /** Writes what is left and the end; false if the trial had ended before. Rejects with what the storage rejected with. */
  async finish(trialId: number, changes: readonly TrialChange[]): Promise<boolean> {
    const entry = this.entry(trialId);
    entry.changes.push(...changes);
    try {
      // What was scheduled takes the end along.
      const alive = await entry.written;
      return alive && (entry.changes.length === 0 || (await this.write(trialId, entry)));
    } finally {
      this.pending.delete(trialId);
    }
  }

  private entry(trialId: number): Pending {
    let entry = this.pending.get(trialId);
    if (!entry) this.pending.set(trialId, (entry = { changes: [], written: Promise.resolve(true), scheduled: false }));
    return entry;
  }

  private write(trialId: number, entry: Pending): Promise<boolean> {
    entry.scheduled = false;
    return this.storage.updateTrial(trialId, entry.changes.splice(0));
  }
}
