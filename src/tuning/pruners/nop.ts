/** Ends no trial. */
import type { Pruner } from '../pruner.js';

export class NopPruner implements Pruner {
  readonly name = 'nop';

  shouldPrune(): boolean {
    return false;
  }
}
