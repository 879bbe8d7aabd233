/** `holdfast/testing` under node:test; vitest runs this file, and it is vitest that all other tests of it run under. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('checks a model and uses fakes under node --test', () => {
  const file = fileURLToPath(new URL('./under-node-test.ts', import.meta.url));
  const env = { ...process.env, NODE_OPTIONS: '', NODE_TEST_CONTEXT: undefined };
  const report = execFileSync(process.execPath, ['--import', 'tsx', '--test', '--test-reporter', 'tap', file], {
    encoding: 'utf8',
    env,
  });
  expect(report).toMatch(/^# fail 0$/m);
  expect(Number(report.match(/^# tests (\d+)$/m)?.[1])).toBeGreaterThan(60);
});
