/** Options of tests that keep to a promised number of milliseconds: where other programs hold up timers, one try of four must. */
export const BUSY_MACHINE = { retry: 3 };
