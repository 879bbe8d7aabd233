/** The twelve planted leaks of examples/11-twelve-leaks.ts, on real bars: each is caught, by whom it should be, with a message that names it. */
import { describe, expect, it } from 'vitest';

describe('twelve planted leaks in real bars', () => {
  it('are caught by type, check, ledger or prover', async () => {
    const { caught } = await import('../../examples/11-twelve-leaks.js');
    const expected: Record<string, [by: string, message: RegExp]> = {
      'global scaler': ['prover', /^'global scaler' leaks: before the cut 'scaled' differs in 2403 of 2403 rows/],
      'target encoding on all rows': ['prover', /'session_rate' differs .* from the first row on$/],
      'backward fill': ['prover', /'published' differs in 5 of 2403 rows/],
      'centred rolling mean': ['prover', /'smooth' differs in 5 of 2403 rows.* up to 5 rows before the cut$/],
      'feature selected on all rows': ['prover', /'best' differs/],
      'future-dated feature': ['prover', /'gap' differs in 1 of 2403 rows.* up to 1 row before the cut$/],
      'resampling before the split': ['check', /train and test share \d+ rows/],
      'label span over the border': ['check', /labels of 2 train rows end at or after the first validation row/],
      'duplicate rows': ['check', /200 test rows .* are copies of train rows/],
      'group in two splits': ['check', /train and validation share \d+ groups/],
      'early stopping on test': ['type, ledger', /^Early stopping by 'lightgbm' .* was given 592 test rows$/],
      'threshold on test': ['type, ledger', /^The choice of a threshold by 'logistic' .* was given 592 test rows$/],
    };
    expect(caught.map(({ leak }) => leak).sort()).toEqual(Object.keys(expected).sort());
    for (const { leak, by, message } of caught) {
      expect(by, leak).toBe(expected[leak][0]);
      expect(message).toMatch(expected[leak][1]);
    }
  });
});
