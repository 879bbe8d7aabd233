/** The test of a level of a symmetric tree, as the search found it. */
import type { Combination } from './combination.js';
import type { CtrPart } from './ctr-parts.js';

/** A feature of one of the blocks, or part of a target statistic; yes is a bin above `bin`, or that bin of a one-hot feature. */
export type ChosenTest =
  | { kind: 'bins'; block: number; feature: number; bin: number }
  | { kind: 'ctr'; combination: Combination; parts: readonly CtrPart[]; part: number; bin: number };
