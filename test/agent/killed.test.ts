/**
 * kill -9 in the middle of a run: what was finished stays, what was half is not there, and the same id goes on. HOLDFAST_LONG=1
 * kills at every step and at every change of a file; without it, at a few points.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { AgentMemory, type AgentState, ModelTrainerAgent, STEPS } from '../../src/agent/index.js';
import { ModelStore, TrainingRunRepository } from '../../src/tracking/index.js';
import { embeddedDirectory } from '../tracking/embedded-directory.js';
import { killedState, OPTIONS, RUN_ID } from './killed-run.js';
import { checkLeft } from './left-behind.js';

const program = fileURLToPath(new URL('./step-process.ts', import.meta.url));

/** Runs the agent until it is killed; true where it was over before. */
function killed(directory: string, repository: 'embedded' | 'none', point: string): boolean {
  const given = ['--import', 'tsx', program, directory, repository, point];
  const { signal, status, stderr } = spawnSync(process.execPath, given, { encoding: 'utf8' });
  if (signal === 'SIGKILL') return false;
  expect([status, stderr]).toEqual([0, '']);
  return true;
}

/** The next process with the same id. */
async function goOn(directory: string, repository: TrainingRunRepository | false): Promise<AgentState> {
  const { whole } = await checkLeft(directory);
  const agent = new ModelTrainerAgent({ ...OPTIONS, runsDirectory: directory, repository });
  const out = await agent.execute(killedState(), { onFailure: 'return' });
  expect([out.status, out.failure]).toEqual(['completed', undefined]);
  const text = new Map(out.steps?.map((step) => [step.name, step.text]));
  if (whole) expect(text.get('train')).toMatch(/earlier process/);
  expect((await checkLeft(directory)).whole).toBe(true);
  expect(readdirSync(join(directory, RUN_ID))).toContain('handoff.yaml');
  expect(readdirSync(directory).filter((name) => /\.(writing|previous)-/.test(name))).toEqual([]);
  // Registered once and remembered once, however often the run went on.
  const versions = await new ModelStore({ directory: join(directory, '.models') }).list();
  expect(versions.map(({ lineage }) => lineage.runId)).toEqual([RUN_ID]);
  expect(await new AgentMemory({ directory: join(directory, '.memory') }).episodes()).toHaveLength(1);
  return out;
}

async function withoutRepository(point: string): Promise<AgentState | undefined> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-killed-'));
  try {
    return killed(directory, 'none', point) ? undefined : await goOn(directory, false);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function withEmbedded(point: string): Promise<AgentState['steps']> {
  const directory = await embeddedDirectory();
  const repository = new TrainingRunRepository({ directory });
  try {
    expect(killed(directory, 'embedded', point)).toBe(false);
    const left = await repository.find(RUN_ID);
    if (left && left.status !== 'completed')
      expect(left).toMatchObject({ status: 'failed', failureReason: expect.stringContaining('ended') });
    const { status, steps } = await goOn(directory, repository);
    const { runs } = await repository.list();
    expect(runs.map((row) => [row.trainingRunId, row.status])).toEqual([[RUN_ID, status]]);
    if (status === 'completed') expect(runs[0].modelVersionId).toBe('lightgbm_TEST_h2:1');
    return steps;
  } finally {
    await repository.close();
    await rm(directory, { recursive: true, force: true });
  }
}

describe('an agent that is killed', () => {
  it('while it looks at the test set goes on: it comes to the very same model, whose look is the same', async () => {
    expect((await withoutRepository('look'))?.status).toBe('completed');
  });

  it('between the store and the repository keeps trials, model and version, and its row fails and is then completed', async () => {
    const steps = await withEmbedded('persist:before');
    expect(steps?.find(({ name }) => name === 'tune')?.text).toMatch(/2 trials made before/);
    expect(steps?.find(({ name }) => name === 'store')?.text).toMatch(/earlier process/);
  });
});

const points = STEPS.flatMap((step) => [`${step}:before`, `${step}:after`]);
describe.runIf(process.env.HOLDFAST_LONG)('killed at every point (HOLDFAST_LONG=1)', () => {
  it.each([...points, 'look'])(
    '%s, with the embedded database',
    async (point) => void (await withEmbedded(point)),
    120_000,
  );

  it('at every change of a file', async () => {
    let point = 1;
    while (await withoutRepository(String(point))) point++;
    expect(point).toBeGreaterThan(20);
  }, 3_600_000);
});
