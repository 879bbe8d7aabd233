/** Which epoch was the best, and whether it is time to stop. */

export interface StoppingState {
  /** 1-based; 0 before any. */
  readonly bestEpoch: number;
  readonly bestLoss: number;
  readonly since: number;
}

export class EarlyStopping {
  bestEpoch = 0;
  private bestLoss = Number.POSITIVE_INFINITY;
  private since = 0;

  /** `patience` null never stops. */
  constructor(
    private readonly patience: number | null,
    private readonly minDelta: number,
  ) {}

  /** True when this epoch is the best so far; on equal losses the earlier one is. */
  observe(epoch: number, loss: number): boolean {
    if (loss < this.bestLoss - this.minDelta) {
      this.bestLoss = loss;
      this.bestEpoch = epoch;
      this.since = 0;
      return true;
    }
    this.since++;
    return false;
  }

  get stop(): boolean {
    return this.patience !== null && this.since >= this.patience;
  }

  state(): StoppingState {
    return { bestEpoch: this.bestEpoch, bestLoss: this.bestLoss, since: this.since };
  }

  restore({ bestEpoch, bestLoss, since }: StoppingState): void {
    this.bestEpoch = bestEpoch;
    this.bestLoss = bestLoss;
    this.since = since;
  }
}
