/** Ends no trial. */
import type { Pruner } from '../pruner.js';

/** Ends no trial. */
export class NopPruner implements Pruner {
  readonly name = 'nop';

  shouldPrune(): boolean {
    return false;
  }
}
