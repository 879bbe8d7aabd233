/** kill -9 after a step: what was finished stays, what was half is not there, and the same id goes on. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('./step-process.ts', import.meta.url));
const execute = (directory: string, killedIn: string) =>
  spawnSync(process.execPath, ['--import', 'tsx', program, directory, killedIn], { encoding: 'utf8' });

describe('an agent that is killed', () => {
  it.each([
    ['tune', /2 trials made before/, undefined],
    ['train', undefined, /earlier process/],
  ])('in %s goes on with its id', (step, tuned, trained) => {
    const directory = mkdtempSync(join(tmpdir(), 'holdfast-killed-'));
    try {
      expect(execute(directory, step).signal).toBe('SIGKILL');
      // The run's directory is whole, or not there.
      const run = join(directory, 'killed');
      if (existsSync(run)) JSON.parse(readFileSync(join(run, 'report.json'), 'utf8'));
      const { stdout, stderr } = execute(directory, '');
      expect(stderr).toBe('');
      const out = JSON.parse(stdout) as { status: string; steps: [string, string][] };
      const text = new Map(out.steps);
      expect(out.status).toBe('completed');
      if (tuned) expect(text.get('tune')).toMatch(tuned);
      if (trained) expect(text.get('train')).toMatch(trained);
      expect(readdirSync(run)).toContain('handoff.yaml');
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
