/** SqliteStorage with every supported Node that has node:sqlite, whichever Node runs this; and beside Optuna with the newest. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What vitest says of some files, run by the Node of the registry's `node` package. */
async function vitestWith(
  version: string,
  ...args: string[]
): Promise<{ passed: number; failed: number; said: string }> {
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--reporter=json', ...args];
  const { CI: _, ...env } = process.env;
  const { stdout, stderr } = await promisify(execFile)('npx', ['--yes', '-p', `node@${version}`, 'node', ...vitest], {
    cwd: root,
    env,
    maxBuffer: 1 << 26,
  }).catch((error: { stdout: string; stderr: string }) => error);
  const report = JSON.parse(stdout.slice(stdout.indexOf('{"num'))) as Record<string, number>;
  return { passed: report.numPassedTests, failed: report.numFailedTests, said: `${stdout}${stderr}` };
}

it.each(['22', '24'])('SqliteStorage keeps its promises with Node %s', async (version) => {
  const { passed, failed, said } = await vitestWith(version, 'test/tuning/sqlite.test.ts');
  expect(failed, said).toBe(0);
  expect(passed).toBeGreaterThan(15);
});

it.skipIf(process.getBuiltinModule('node:sqlite'))('SqliteStorage and Optuna share a file', async () => {
  const config = ['--config', 'vitest.interop.config.ts'];
  const { passed, failed, said } = await vitestWith('24', ...config, 'test/interop/optuna-sqlite.test.ts');
  expect(failed, said).toBe(0);
  expect(passed).toBe(5);
});
