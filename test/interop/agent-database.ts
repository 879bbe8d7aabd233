/** The agent with a real PostgreSQL: it dies in the middle of the run, it stays away, it is told hostile names; its password is nowhere. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { inspect } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  type AgentOptions,
  type AgentState,
  agentSteps,
  jsonLogger,
  ModelTrainerAgent,
} from '../../src/agent/index.js';
import { DatabaseError, type HoldfastError } from '../../src/core/errors.js';
import { TrainingRunRepository } from '../../src/tracking/index.js';
import { SPLIT, signalTable } from '../agent/data.js';
import type { PostgresServer } from './postgres.js';

const HOSTILE = '../../x\'; DROP TABLE ml_training_runs; --\nnext "line" ';
const state: AgentState = {
  ...{ experimentId: 'e', data: signalTable(400), split: SPLIT },
  modelCandidate: { name: 'lightgbm', config: { numIterations: 3 } },
};

/** Tests of an agent with a server. */
export function agentTests(serverOf: () => PostgresServer): void {
  let directory = '';
  let lines: string[] = [];
  let repository: TrainingRunRepository;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'holdfast-agent-postgres-'));
    lines = [];
  });
  afterEach(async () => {
    await repository.close();
    rmSync(directory, { recursive: true, force: true });
  });

  async function agentOf(database: string, retrySeconds: number, steps: AgentOptions['steps'] = {}) {
    repository = new TrainingRunRepository({ url: await serverOf().createDatabase(database), retrySeconds });
    return new ModelTrainerAgent({
      ...{
        runsDirectory: directory,
        repository,
        steps,
        trials: 0,
        threads: 1,
        evaluation: { bootstrap: { samples: 20 } },
      },
      logger: jsonLogger({ level: 'debug', write: (line) => lines.push(line) }),
    });
  }

  /** Neither in files nor in log lines nor in `said`. */
  function expectNoPassword(...said: unknown[]): void {
    const { password } = serverOf();
    const files = readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .map((name) => join(directory, name))
      .map((path) => (statSync(path).isFile() ? `${path}\n${readFileSync(path, 'latin1')}` : path));
    expect(lines.length).toBeGreaterThan(1);
    const text = [...files, ...lines, ...said.map((one) => inspect(one, { depth: 8, showHidden: true }))].join('\n');
    for (const secret of [password, encodeURIComponent(password)]) expect(text.includes(secret)).toBe(false);
  }

  it('whose server crashes during the training and comes back has its row', async () => {
    const server = serverOf();
    const agent = await agentOf('agent_crash', 30, {
      async train(run) {
        await run.row;
        await server.pause('immediate');
        return agentSteps.train(run);
      },
      async persist(run) {
        const back = wait(300).then(() => server.resume());
        const done = await agentSteps.persist(run);
        await back;
        return done;
      },
    });
    const out = await agent.execute(state);
    expect(out.status).toBe('completed');
    expect(await repository.get(out.runId ?? '')).toMatchObject({
      status: 'completed',
      testSamples: expect.any(Number),
    });
    expectNoPassword({ ...out, data: undefined }, repository, agent);
  });

  it('whose server stays away fails when it is needed, loses nothing, and goes on with its id later', async () => {
    const server = serverOf();
    const runId = 'away';
    const agent = await agentOf('agent_away', 0.3, {
      async train(run) {
        const done = await agentSteps.train(run);
        await run.row;
        if (!run.resumed) await server.pause();
        return done;
      },
    });
    try {
      const error = await agent.execute({ ...state, runId }).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(DatabaseError);
      expect((error as HoldfastError).details).toMatchObject({ step: 'persist', runId });
      expectNoPassword(
        (error as Error).message,
        (error as Error).stack,
        (error as HoldfastError).details.cause,
        repository,
      );
      expect(readdirSync(join(directory, runId))).toContain('report.json');
    } finally {
      await server.resume();
    }
    const out = await agent.execute({ ...state, runId });
    expect(out.steps?.find(({ name }) => name === 'train')?.text).toMatch(/earlier process/);
    expect(await repository.get(runId)).toMatchObject({ status: 'completed' });
  });

  it('keeps hostile names of experiments, symbols and people as they are, and in its place', async () => {
    const agent = await agentOf('agent_hostile', 5);
    const symbol = HOSTILE.repeat(150);
    const out = await agent.execute({ ...state, experimentId: HOSTILE, split: { ...SPLIT, symbol } });
    expect(out.trainedModel?.symbol).toBe(symbol);
    const { runs } = await repository.list({ experimentId: HOSTILE });
    expect(runs.map(({ experimentId, status }) => [experimentId, status])).toEqual([[HOSTILE, 'completed']]);
    expect(out.runDirectory?.startsWith(directory)).toBe(true);
    expect(readdirSync(join(directory, '.models')).every((name) => /^[\w.-]{1,80}$/.test(name))).toBe(true);
  });
}
