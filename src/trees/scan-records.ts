/** Shares the scan of histograms among workers and finds the best of what each of them found. */
import type { Arena } from '../kernels/arena.js';
import type { JobContext } from '../kernels/job.js';
import type { Histograms, HistogramUnit } from './histogram.js';

/** A threshold as scans report it. */
export interface Candidate {
  readonly feature: number;
  readonly bin: number;
  readonly missingLeft: number;
}

/** Units of work beside those of histograms. */
export interface OtherWork {
  readonly units: number;
  run(unit: number): void;
}

export class ScanRecords {
  private readonly records: number;

  /** Reserves memory from `arena`; usable after the next commit. */
  constructor(
    private readonly context: JobContext,
    private readonly arena: Arena,
    private readonly units: Histograms['units'],
  ) {
    this.records = arena.alloc(context.threads * 64);
  }

  /** Runs all units of work, each in one worker, `others` first, and keeps what the scans within find; a barrier. */
  run(scan: (unit: HistogramUnit) => void, others?: OtherWork): void {
    const { context, units } = this;
    context.kernels.beginScan();
    const first = others?.units ?? 0;
    for (let i = context.nextUnit(); i < first + units.length; i = context.nextUnit()) {
      if (i < first) others?.run(i);
      else scan(units[i - first]);
    }
    context.kernels.endScan(this.records + context.thread * 64);
    context.barrier();
  }

  /** The best candidate of one of two siblings (0, 1) or of a node alone (0); equal ones go to the lower feature. */
  best(which: number): Candidate | undefined {
    let best = 0;
    let record: Int32Array | undefined;
    for (let t = 0; t < this.context.threads; t++) {
      const address = this.records + t * 64 + which * 32;
      const score = this.arena.float64(address, 1)[0];
      const candidate = this.arena.int32(address + 8, 3);
      if (candidate[0] < 0) continue;
      if (!record || score > best || (score === best && candidate[0] < record[0])) {
        best = score;
        record = candidate;
      }
    }
    return record && { feature: record[0], bin: record[1], missingLeft: record[2] };
  }
}
