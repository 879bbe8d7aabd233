/**
 * Facts about running trials on their way to the storage: those that come together are written together, in their order. An objective
 * never waits for them; the end of its trial does. What the storage did not take stays here until it does.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Storage, TrialChange } from './storage.js';

interface Pending {
  /** Not written yet. */
  readonly changes: TrialChange[];
  /** The writing that goes on; never rejects. */
  writing: Promise<unknown>;
  scheduled: boolean;
  /** The storage said that the trial is over. */
  ended: boolean;
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
    entry.writing = entry.writing
      .then(() => nextTurn())
      .then(() => entry.scheduled && this.write(trialId, entry, []))
      // Still pending: whoever ends the trial gets to know.
      .catch(() => {});
  }

  /**
   * Writes what is left and the end; false if the trial had ended before. Rejects with what the storage rejected with: then all but the
   * end stays pending, and another end may be tried.
   */
  async finish(trialId: number, end: readonly TrialChange[]): Promise<boolean> {
    const entry = this.entry(trialId);
    // What was scheduled goes along with the end.
    entry.scheduled = false;
    await entry.writing;
    const alive = await this.write(trialId, entry, end);
    this.pending.delete(trialId);
    return alive;
  }

  private entry(trialId: number): Pending {
    let entry = this.pending.get(trialId);
    if (!entry) {
      entry = { changes: [], writing: Promise.resolve(), scheduled: false, ended: false };
      this.pending.set(trialId, entry);
    }
    return entry;
  }

  private async write(trialId: number, entry: Pending, end: readonly TrialChange[]): Promise<boolean> {
    entry.scheduled = false;
    const facts = entry.changes.splice(0);
    if (entry.ended) return false;
    try {
      entry.ended = !(await this.storage.updateTrial(trialId, [...facts, ...end]));
    } catch (error) {
      entry.changes.unshift(...facts);
      throw error;
    }
    return !entry.ended;
  }
}
