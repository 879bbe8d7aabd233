/** The one rule for results that are no finite number (division by zero, logarithm of a negative, overflow): they are missing. */
export const known = (value: number): number => (value - value === 0 ? value : Number.NaN);
