/** kill -9 of an agent that logs to an MLflow server: the next process goes on with the run that is there, and nothing says for ever that it runs. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ModelTrainerAgent } from '../../src/agent/index.js';
import { FakeMLflow, type SeenRequest } from '../tracking/fake-mlflow.js';
import { killedState, killedTracker, OPTIONS, RUN_ID } from './killed-run.js';

const program = fileURLToPath(new URL('./step-process.ts', import.meta.url));
let server: FakeMLflow;
let directory = '';
beforeEach(async () => {
  server = await new FakeMLflow().start();
  directory = mkdtempSync(join(tmpdir(), 'holdfast-killed-mlflow-'));
});
afterEach(async () => {
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** Runs the agent until the server has done what `request` asks, and kills it before it hears of that. */
async function killed(request: (seen: SeenRequest) => boolean): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', program, directory, 'none', 'none', server.url]);
  server.fault = (seen) => {
    if (!request(seen)) return undefined;
    child.kill('SIGKILL');
    return 'serve and cut';
  };
  const signal = await new Promise((resolve) => child.on('close', (_code, by) => resolve(by)));
  expect(signal).toBe('SIGKILL');
  server.fault = () => undefined;
}

describe('an agent with an MLflow server that is killed', () => {
  it.each<[string, (seen: SeenRequest) => boolean]>([
    ['while it logs a trial', ({ path, body }) => path.endsWith('log-batch') && body.includes('"value"')],
    ['while it logs the run', ({ path }) => path.endsWith('log-inputs')],
  ])('%s goes on with its run, which has everything once', async (_when, request) => {
    await killed(request);
    const [run] = server.runs.values();
    const agent = new ModelTrainerAgent({
      ...{ ...OPTIONS, runsDirectory: directory, repository: false },
      tracker: killedTracker(server.url),
    });
    const { status, handoff } = await agent.execute(killedState());
    expect([status, handoff?.nextSteps.join().match(/tracker/)]).toEqual(['completed', null]);
    expect([...server.runs.values()].map(({ name, status }) => [name, status])).toEqual([
      [RUN_ID, 'FINISHED'],
      ['trial-0000', 'FINISHED'],
      ['trial-0001', 'FINISHED'],
    ]);
    for (const { metrics } of server.runs.values()) {
      const points = metrics.map(({ key, step }) => `${key} ${step}`);
      expect(points.length).toBeGreaterThan(0);
      expect(new Set(points).size).toBe(points.length);
    }
    expect(run.metrics.map(({ key }) => key)).toContain('test.rocAuc');
    expect(run.datasets).toHaveLength(3);
    expect(run.params.get('numIterations')).toBe('5');
  });
});
