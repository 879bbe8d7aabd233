/** A case of fuzzing: which seed, and what is done to it. Numbers only, so that fast-check can make and shrink it. */
import fc from 'fast-check';

/** What kind of change, where, with what: each taken modulo what there is. */
export type Edit = readonly [op: number, at: number, to: number, value: number];

export interface Case {
  readonly base: number;
  readonly edits: readonly Edit[];
}

// Without fast-check's bias to small numbers: these choose places, and all places are of the same interest.
const any = fc.noBias(fc.nat());

export const anyCase: fc.Arbitrary<Case> = fc.record({
  base: any,
  edits: fc.array(fc.tuple(any, any, any, any), { minLength: 1, maxLength: 4 }),
});
