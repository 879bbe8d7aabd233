/** Variables are left out only once that has paid: what they cost in vain against what taking them back will cost. */
import { describe, expect, it } from 'vitest';
import { ShrinkBooks } from '../../../src/classical/svm/smo/shrink-books.js';

/** Of 1,000 variables 400 are not 0 and 500 could go; a kernel value costs as much as a variable in two steps. */
const values = Float64Array.from({ length: 1000 }, (_, i) => (i < 400 ? 1 : 0));
const books = () => {
  const made = new ShrinkBooks(1000, 2);
  made.start(0);
  return made;
};
/** Looks every 100 steps; the step at which variables are left out. */
function leftOutAt(made: ShrinkBooks, kept = 500, least = 0): number {
  for (let steps = least + 100; steps <= least + 5000; steps += 100)
    if (made.worth(steps, 1000, kept, values)) return steps;
  return Number.POSITIVE_INFINITY;
}

describe('leaving variables out', () => {
  it('waits until they have cost what taking them back will cost', () => {
    // 500 * 400 * 2 in all, 500 a step, from the first look at which they could have gone.
    expect(leftOutAt(books())).toBe(900);
  });

  it('counts kernel rows that were used for the first time', () => {
    const made = books();
    expect(made.worth(100, 1000, 500, values)).toBe(false);
    for (let variable = 0; variable < 300; variable++) made.use(variable);
    for (let variable = 0; variable < 300; variable++) made.use(variable);
    // 100 steps and 300 rows of twice the cost.
    expect(made.worth(200, 1000, 500, values)).toBe(false);
    expect(made.worth(300, 1000, 500, values)).toBe(true);
  });

  it('does not happen for few of those in play', () => {
    expect(leftOutAt(books(), 950)).toBe(Number.POSITIVE_INFINITY);
  });

  it('starts to wait again when all are taken back', () => {
    const made = books();
    expect(leftOutAt(made)).toBe(900);
    made.start(900);
    expect(leftOutAt(made, 500, 900)).toBe(1800);
  });
});
