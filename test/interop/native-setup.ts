/** Where native engines look for their libraries, for as long as a test file runs: the interop environment. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { python } from './python.js';

/** A directory of the file's own; HOLDFAST_PYTHON is set in its tests. */
export function withNativeLibraries(): string {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-native-'));
  beforeAll(() => {
    process.env.HOLDFAST_PYTHON = python();
  });
  afterAll(() => {
    delete process.env.HOLDFAST_PYTHON;
    rmSync(directory, { recursive: true });
  });
  return directory;
}
