/** Progress events: what a long-running call tells its caller. */

export interface ProgressEvent {
  /** What is going on: 'fit', 'predict', 'read', ... */
  readonly phase: string;
  /** Steps done; never decreases within a phase. */
  readonly step: number;
  /** Steps in all, where known. */
  readonly total?: number;
  readonly message?: string;
  /** Values so far, such as { trainLoss, valLoss }. */
  readonly metrics?: Readonly<Record<string, number>>;
}

/** What `onProgress` takes: called with each event, on the calling thread. */
export interface ProgressListener {
  (event: ProgressEvent): void;
  /** True: every event counts, as for one who decides by them. Otherwise only some 20 events a second pass. */
  readonly everyStep?: boolean;
}
