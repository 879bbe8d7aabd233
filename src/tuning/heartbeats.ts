/** Signs of life of the trials that run here, where the storage wants them. */
import type { Storage } from './storage.js';

export class Heartbeats {
  private readonly timers = new Map<number, NodeJS.Timeout>();

  constructor(private readonly storage: Pick<Storage, 'heartbeatInterval' | 'heartbeat'>) {}

  /** From now on, until `stop`; the storage itself notes the first one with the start of the trial. */
  start(trialId: number): void {
    const { storage } = this;
    if (storage.heartbeatInterval === undefined || !storage.heartbeat) return;
    // One that is missed is made up for by the next; a storage that stays away is noticed when the trial ends.
    const beat = (): void => void storage.heartbeat?.(trialId).catch(() => {});
    const timer = setInterval(beat, storage.heartbeatInterval * 1000);
    timer.unref();
    this.timers.set(trialId, timer);
  }

  stop(trialId: number): void {
    clearInterval(this.timers.get(trialId));
    this.timers.delete(trialId);
  }
}
