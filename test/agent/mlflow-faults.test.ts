/** An agent whose MLflow server refuses, hangs, fails or answers nonsense; and what it must never say. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AgentState, jsonLogger, ModelTrainerAgent } from '../../src/agent/index.js';
import { HoldfastError, TrackingError } from '../../src/core/errors.js';
import { type MLflowOptions, MLflowTracker } from '../../src/tracking/index.js';
import { FakeMLflow, type Fault } from '../tracking/fake-mlflow.js';
import { SPLIT, signalTable } from './data.js';

const TOKEN = 'sesame-0123456789';
const state: AgentState = {
  ...{ experimentId: 'tests', data: signalTable(400), split: SPLIT },
  modelCandidate: { name: 'lightgbm', config: { numIterations: 3 }, space: { numLeaves: [3, 7] } },
};
let server: FakeMLflow;
let directory = '';
let lines: string[] = [];
const warnings: string[] = [];
const warned = (warning: Error): void => void warnings.push(String(warning.stack));
beforeEach(async () => {
  server = await new FakeMLflow().start();
  directory = mkdtempSync(join(tmpdir(), 'holdfast-agent-mlflow-'));
  lines = [];
  process.on('warning', warned);
});
afterEach(async () => {
  process.off('warning', warned);
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});

function agentOf(options: MLflowOptions = {}): ModelTrainerAgent {
  const own = { trackingUri: server.url, experiment: 'e', token: TOKEN, flushInterval: 60 };
  return new ModelTrainerAgent({
    ...{
      runsDirectory: directory,
      repository: false,
      trials: 2,
      threads: 1,
      evaluation: { bootstrap: { samples: 20 } },
    },
    tracker: new MLflowTracker({ ...own, retries: 0, retryDelay: 0.01, timeout: 0.5, ...options }),
    logger: jsonLogger({ level: 'debug', write: (line) => lines.push(line) }),
  });
}

const NONSENSE: Fault = { status: 200, body: '<html>Sign in</html>' };
const isRun = (path: string) => /runs\/(create|log-batch|update)/.test(path);

describe('a server that', () => {
  it.each<[string, Fault | 'stopped', RegExp]>([
    ['refuses', 'stopped', /cannot be reached/],
    ['takes too long', 'hang', /cannot be reached/],
    ['says no', { status: 401, body: '{"error_code":"UNAUTHENTICATED","message":"no"}' }, /answered 401/],
    ['answers nonsense', NONSENSE, /not an MLflow server/],
  ])('%s from the beginning ends the run before it trains', async (_what, fault, message) => {
    if (fault === 'stopped') await server.stop();
    else server.fault = () => fault;
    const error = await agentOf()
      .execute({ ...state, runId: 'r' })
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(TrackingError);
    expect((error as TrackingError).message).toMatch(message);
    expect((error as TrackingError).details).toMatchObject({ step: 'tune', runId: 'r' });
    expect(readdirSync(directory)).not.toContain('r');
  });

  it.each<[string, Fault]>([
    ['hangs', 'hang'],
    ['fails', { status: 500 }],
    ['answers nonsense', NONSENSE],
  ])('%s in the middle costs the log of the run, not the run', async (_what, fault) => {
    // The run has begun; its first trial has not.
    server.fault = ({ path }) => (isRun(path) && server.runs.size > 0 ? fault : undefined);
    const out = await agentOf().execute(state);
    expect(out.status).toBe('completed');
    expect(out.handoff?.nextSteps.join()).toMatch(/tracker failed/);
    expect(out.handoff?.nextSteps.join()).toMatch(/no trials from 0 on/);
  });

  it('fails and recovers is tried again, and has everything once', async () => {
    let faults = 0;
    // Every other request, served or not.
    server.fault = ({ path }, index) => {
      if (!isRun(path) || index % 2 === 0) return undefined;
      return faults++ % 2 === 0 ? { status: 500 } : 'serve and cut';
    };
    const out = await agentOf({ retries: 3 }).execute({ ...state, runId: 'r' });
    expect(out.handoff?.nextSteps.join()).not.toMatch(/tracker|trials from/);
    expect(faults).toBeGreaterThan(3);
    expect([...server.runs.values()].map(({ name, status }) => [name, status])).toEqual([
      ['r', 'FINISHED'],
      ['trial-0000', 'FINISHED'],
      ['trial-0001', 'FINISHED'],
    ]);
    for (const { metrics } of server.runs.values()) {
      const points = metrics.map(({ key, step }) => `${key} ${step}`);
      expect(new Set(points).size).toBe(points.length);
    }
  });
});

describe('the token', () => {
  /** Names and contents of all files below. */
  const everything = (of: string): string =>
    readdirSync(of, { recursive: true, encoding: 'utf8' })
      .map((name) => join(of, name))
      .map((path) => (statSync(path).isFile() ? `${path}\n${readFileSync(path, 'latin1')}` : path))
      .join('\n');

  it.each<[string, boolean]>([
    ['sends it back with every answer', false],
    ['sends it back while the run goes into the journal', true],
  ])('is nowhere: no file, line, error or warning has it, of a server that %s', async (_what, kept) => {
    const echo: Fault = { status: kept ? 503 : 400, body: `{"error_code":"X","message":"Bearer ${TOKEN} is no good"}` };
    // First the whole run, then one that fails in the middle, then one that fails at once.
    const ways: ((path: string) => boolean)[] = [() => false, (path) => /log-batch|set-tag/.test(path), () => true];
    const said: string[] = [];
    for (const way of ways) {
      server.fault = ({ path }) => (way(path) ? echo : undefined);
      const agent = agentOf(kept ? { journal: join(directory, 'journal') } : {});
      const out = await agent.execute(state).catch((error: unknown) => error);
      if (out instanceof HoldfastError) said.push(String(out.stack), JSON.stringify(out), JSON.stringify(out.details));
      else said.push(JSON.stringify({ ...(out as AgentState), data: undefined }));
    }
    expect(server.requests.some(({ headers }) => headers.authorization === `Bearer ${TOKEN}`)).toBe(true);
    expect(lines.length).toBeGreaterThan(10);
    const texts = {
      files: everything(directory),
      lines: lines.join('\n'),
      said: said.join('\n'),
      warnings: warnings.join('\n'),
    };
    for (const [where, text] of Object.entries(texts)) {
      expect(text.includes(TOKEN), where).toBe(false);
      expect(text.includes(Buffer.from(TOKEN).toString('base64')), where).toBe(false);
    }
    // What the server said is there, without it.
    if (!kept) expect(texts.said).toContain('Bearer *** is no good');
  });
});

describe('hostile names', () => {
  const hostile = "../../x'; DROP TABLE runs; --\nnext \u0000".slice(0, -1);
  it('of symbols, experiments and registered models stay where they belong, in files and on the server', async () => {
    const symbol = hostile.repeat(200);
    const agent = agentOf({ experiment: symbol });
    const out = await agent.execute({ ...state, experimentId: hostile, split: { ...SPLIT, symbol } });
    expect([out.status, out.trainedModel?.symbol, out.trainedModel?.experimentId]).toEqual([
      'completed',
      symbol,
      hostile,
    ]);
    expect(out.runDirectory?.startsWith(directory)).toBe(true);
    // Its own name can be gone on with.
    expect(
      (await agent.execute({ ...state, experimentId: hostile, split: { ...SPLIT, symbol }, runId: out.runId ?? '' }))
        .status,
    ).toBe('completed');
    // What was logged whole is not logged again.
    expect([...server.runs.values()].map(({ status }) => status)).toEqual(['FINISHED', 'FINISHED', 'FINISHED']);
    for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' }))
      expect(name).toMatch(/^[\w./-]+$/);
    const run = [...server.runs.values()][0];
    expect(run.status).toBe('FINISHED');
    expect(run.tags.get('experiment')).toBe(hostile);
    // A line of the log is a line, whatever is in it.
    for (const line of lines) expect(JSON.parse(line).level).toMatch(/info|warn|error|debug/);
  });

  it.each<[string, Partial<AgentState>, RegExp]>([
    ['run', { runId: hostile }, /no usable run id/],
    ['run of 10,000 characters', { runId: 'r'.repeat(10_000) }, /no usable run id/],
    ['experiment of 10,000 characters', { experimentId: 'e'.repeat(10_000) }, /experimentId has 10000 bytes/],
    ['experiment with a NUL', { experimentId: 'a\0b' }, /NUL/],
    ['model', { modelCandidate: { name: hostile } }, /model/],
    ['model of 10,000 characters', { modelCandidate: { name: 'm'.repeat(10_000) } }, /model/],
  ])(
    'of a %s that no directory or table has are refused at once, in a short message',
    async (_what, change, message) => {
      const error = await agentOf()
        .execute({ ...state, ...change })
        .catch((e: unknown) => e);
      expect(error).toBeInstanceOf(HoldfastError);
      expect((error as HoldfastError).message).toMatch(message);
      expect((error as HoldfastError).message.length).toBeLessThan(500);
      expect(readdirSync(directory)).toEqual([]);
    },
  );
});
