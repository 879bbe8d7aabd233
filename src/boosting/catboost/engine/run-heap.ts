/**
 * Runs of values by what splitting them gains. Which of equal gains comes first decides which borders a column of distinct values gets,
 * so the order is CatBoost's: a binary heap, where the hole that the first run leaves sinks to the bottom along the larger children
 * (the left one of equals) and the last run rises from there (found by comparing borders; see test/interop).
 */
export class RunHeap<T extends { gain: number }> {
  private readonly runs: T[] = [];

  get first(): T | undefined {
    return this.runs[0];
  }

  add(run: T): void {
    this.runs.push(run);
    this.rise(this.runs.length - 1);
  }

  removeFirst(): void {
    const { runs } = this;
    const last = runs.pop();
    if (last === undefined || runs.length === 0) return;
    let hole = 0;
    for (let child = 1; child < runs.length; child = 2 * hole + 1) {
      if (child + 1 < runs.length && runs[child].gain < runs[child + 1].gain) child++;
      runs[hole] = runs[child];
      hole = child;
    }
    runs[hole] = last;
    this.rise(hole);
  }

  /** Runs of the same gain above it stay above. */
  private rise(place: number): void {
    const { runs } = this;
    const run = runs[place];
    let at = place;
    for (let parent = (at - 1) >> 1; at > 0 && runs[parent].gain < run.gain; parent = (at - 1) >> 1) {
      runs[at] = runs[parent];
      at = parent;
    }
    runs[at] = run;
  }
}
