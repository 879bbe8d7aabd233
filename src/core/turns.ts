/** Long work on the main thread in short turns, so that a service's event loop stays free. The clock only decides when to pause. */
import { setImmediate as nextTurn } from 'node:timers/promises';

const TURN_MS = 12;

export class Turns {
  private last = performance.now();

  /** Lets other work run when this turn has lasted long enough. Call it about every millisecond of work. */
  async pause(): Promise<void> {
    if (performance.now() - this.last < TURN_MS) return;
    await nextTurn();
    this.last = performance.now();
  }
}

/** Calls `work` for stretches of 0 .. count-1 in their order, each about a millisecond of work, and lets other work run between. */
export async function inTurns(count: number, stretch: number, work: (from: number, to: number) => void): Promise<void> {
  const turns = new Turns();
  for (let from = 0; from < count; from += stretch) {
    if (from > 0) await turns.pause();
    work(from, Math.min(count, from + stretch));
  }
}
