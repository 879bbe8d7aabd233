import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/interop/**', 'node_modules/**'],
    pool: 'forks',
    // Vitest's own choice, one less than there are cores, leaves half of a small machine idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Several workers at work on little data: see src/kernels/useful-threads.ts.
    env: { HOLDFAST_CELLS_A_WORKER: '50000' },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'node_modules/.cache/vitest.json' }]] : ['default'],
  },
});
