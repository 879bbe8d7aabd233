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
