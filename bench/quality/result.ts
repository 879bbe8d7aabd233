/** What a quality run measured. */
import type { QualitySet } from './sets.js';

/** Named metrics of one side for each seed. */
export type Scores = Record<string, number[]>;

export interface SetResult {
  name: string;
  task: QualitySet['task'];
  rows: number;
  cols: number;
  categorical: number;
  weighted: boolean;
  ours: Scores;
  native: Scores;
}

export interface QualityResult {
  versions: Record<string, string>;
  machine: { cpu: string };
  seeds: number[];
  runs: { params: Params; title: string; sets: SetResult[] }[];
}

export type Params = Record<string, number | string>;
