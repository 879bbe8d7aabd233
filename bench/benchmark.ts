/** What a benchmark is given and what it gives back. */

export interface BenchmarkOptions {
  pairs: number;
  threads: number[];
  /** Names of the cases to measure; all, if absent. */
  cases?: string[];
  quick: boolean;
  /** Go on with what an interrupted run has kept (quality tables). */
  resume: boolean;
  log: (line: string) => void;
}

export interface BenchmarkReport {
  /** Everything measured, as plain JSON. */
  result: object;
  /** Tables and what they were made on. */
  markdown: string;
  /** Some cases are missing: the committed result is left as it is. */
  partial?: boolean;
}
