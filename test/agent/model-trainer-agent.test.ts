import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type AgentOptions, type AgentState, agentSteps, ModelTrainerAgent, STEPS } from '../../src/agent/index.js';
import { ConfigError, DataLeakageError, QCGateBlockedError, TestSetReuseError } from '../../src/core/errors.js';
import { Table } from '../../src/core/table.js';
import { parseContract, trainedModelContract } from '../../src/data/contracts.js';
import { loadModel } from '../../src/index.js';
import { PreprocessingPipeline } from '../../src/preprocessing/pipeline.js';
import { SPLIT, signalTable } from './data.js';

const table = signalTable(900);
const state: AgentState = {
  modelCandidate: { name: 'lightgbm', config: { numIterations: 15 }, space: { numLeaves: [3, 15] } },
  experimentId: 'tests',
  data: table,
  split: SPLIT,
};
/** Intervals of few samples: the others are tested where they are made. */
const evaluation = { bootstrap: { samples: 50 } };
let directory = '';
const agentOf = (options: AgentOptions = {}) =>
  new ModelTrainerAgent({ runsDirectory: directory, repository: false, trials: 3, threads: 1, evaluation, ...options });

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-agent-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('ModelTrainerAgent.execute', () => {
  it('goes through all steps in order and gives checked documents', async () => {
    const out = await agentOf().execute(state);
    expect(out.status).toBe('completed');
    expect(out.steps?.map(({ name }) => name)).toEqual([...STEPS]);
    const trained = trainedModelContract.parse(out.trainedModel, 'trained model');
    expect(trained).toMatchObject({
      experimentId: 'tests',
      algorithmName: 'lightgbm',
      framework: 'holdfast',
      tuningTrials: 3,
      symbol: 'TEST',
      horizon: 2,
    });
    expect(trained.trainSamples).toBeGreaterThan(500);
    expect(trained.hyperparameters).toMatchObject({ numIterations: 15 });
    expect(out.validationMetrics?.splits.test?.metrics.rocAuc).toBeGreaterThan(0.7);
    expect(out.validationMetrics?.splits.test?.intervals.rocAuc?.samples).toBe(50);
    const handoff = parseContract('handoff', parse(readFileSync(join(out.runDirectory ?? '', 'handoff.yaml'), 'utf8')));
    expect(handoff.runId).toBe(out.runId);
    expect(handoff.nextSteps.length).toBeGreaterThan(0);
  });

  it('leaves what predicts again: the stored model and the preprocessing it needs', async () => {
    const { trainedModel } = await agentOf().execute(state);
    const path = (uri: string | undefined) => new URL(uri ?? '');
    const model = await loadModel(path(trainedModel?.modelArtifactUri).pathname);
    const pipeline = await PreprocessingPipeline.load(path(trainedModel?.preprocessingArtifactUri).pathname);
    const { predictions } = await model.predict(pipeline.transform(signalTable(50, 2)));
    expect(predictions).toHaveLength(50);
  });

  it('does not change the state it is given', async () => {
    const given = structuredClone({ ...state, data: undefined });
    await agentOf({ trials: 0 }).execute(state);
    expect(structuredClone({ ...state, data: undefined })).toEqual(given);
  });

  it('the same state and seed give the same model, whatever the threads', async () => {
    const bytes = async (threads: number) => {
      const { trainedModel } = await agentOf({ threads, memory: false, store: false }).execute(state);
      return readFileSync(join(trainedModel?.directory ?? '', 'model.lgb.txt'), 'utf8');
    };
    expect(await bytes(2)).toBe(await bytes(1));
  });

  it('tries first what worked on similar data', async () => {
    const agent = agentOf();
    const first = await agent.execute(state);
    const second = await agent.execute({ ...state, data: signalTable(900, 5) });
    expect(second.steps?.find(({ name }) => name === 'tune')?.text).toContain('1 of them remembered');
    expect(first.runId).not.toBe(second.runId);
  });

  it('takes raw splits and containers as they are, and refuses preprocessing of what holds features', async () => {
    const { TimeSeriesDataContainer } = await import('../../src/data/container.js');
    const raw = TimeSeriesDataContainer.fromTable(table, SPLIT);
    const container = new PreprocessingPipeline({ imputation: 'median' }).fitTransform(raw);
    const { split: _, ...rest } = state;
    expect((await agentOf({ trials: 0 }).execute({ ...rest, data: container })).status).toBe('completed');
    const preprocessing = { imputation: 'mean' as const };
    await expect(agentOf({ trials: 0 }).execute({ ...rest, data: container, preprocessing })).rejects.toThrow(
      ConfigError,
    );
  });

  it('restores a split of the registry by its id', async () => {
    const agent = agentOf({ trials: 0 });
    const { splitId } = await agent.execute(state);
    const { split: _, ...rest } = state;
    const again = await agent.execute({ ...rest, splitId });
    expect(again.splitId).toBe(splitId);
  });

  it('a step can be replaced, and called alone', async () => {
    const seen: string[] = [];
    const out = await agentOf({
      steps: {
        tune: async (run) => {
          seen.push(run.runId);
          run.tuning = { space: {}, trials: 1, metric: 'auc', bestParams: { numLeaves: 4 }, bestValue: 0.5 };
          return { text: 'chosen by hand' };
        },
        // Those that are there can be called by one's own.
        evaluate: async (run) => ({ text: `measured: ${(await agentSteps.evaluate(run)).text}` }),
      },
    }).execute(state);
    expect(out.steps?.find(({ name }) => name === 'evaluate')?.text).toMatch(/^measured: /);
    expect(seen).toEqual([out.runId]);
    expect(out.trainedModel?.hyperparameters).toMatchObject({ numLeaves: 4 });
  });
});

describe('the quality gate', () => {
  const constant = Table.fromColumns({
    time: Float64Array.from({ length: 900 }, (_, i) => i * 1000),
    x: Float64Array.from({ length: 900 }, (_, i) => i % 7),
    target: new Float64Array(900),
  });

  it('blocks data that failed, before anything is trained or written', async () => {
    await expect(agentOf().execute({ ...state, data: constant })).rejects.toThrow(QCGateBlockedError);
    expect(readdirSync(directory).filter((name) => !name.startsWith('.'))).toEqual([]);
  });

  it('lets a failed report pass with a reason, which is kept', async () => {
    const qcReport = {
      status: 'FAILED' as const,
      score: 0.5,
      rowCount: 900,
      columnCount: 5,
      findings: [{ code: 'TIME_GAPS' as const, severity: 'error' as const, message: 'there are gaps' }],
    };
    await expect(agentOf({ trials: 0 }).execute({ ...state, qcReport })).rejects.toThrow(/there are gaps/);
    const out = await agentOf({ trials: 0 }).execute({ ...state, qcReport, qcOverride: { reason: 'holidays' } });
    expect(out.qc?.override?.reason).toBe('holidays');
    const report = JSON.parse(readFileSync(join(out.runDirectory ?? '', 'report.json'), 'utf8'));
    expect(report.qc.override.reason).toBe('holidays');
    expect(report.warnings.join()).toContain('holidays');
  });
});

describe('a run that fails', () => {
  it('says which step, why, and leaves no run directory', async () => {
    const broken = agentOf({
      trials: 0,
      steps: {
        train: () => Promise.reject(new DataLeakageError('as planned')),
      },
    });
    const out = await broken.execute(state, { onFailure: 'return' });
    expect(out).toMatchObject({ status: 'failed', failure: { step: 'train', code: 'DATA_LEAKAGE' } });
    expect(existsSync(join(directory, out.runId ?? ''))).toBe(false);
    await expect(broken.execute(state)).rejects.toMatchObject({ details: { step: 'train' } });
  });

  it('goes on with its id: trials and training that were finished are not done again', async () => {
    const runId = 'again';
    const dying = agentOf({ steps: { store: () => Promise.reject(new Error('killed')) } });
    await expect(dying.execute({ ...state, runId })).rejects.toThrow('killed');
    const out = await agentOf().execute({ ...state, runId });
    expect(out.steps?.find(({ name }) => name === 'tune')?.text).toContain('made before');
    expect(out.steps?.find(({ name }) => name === 'train')?.text).toContain('earlier process');
    expect(out.status).toBe('completed');
  });

  it('does not look at the test set again when it died while looking', async () => {
    const runId = 'looked';
    const { TestSetGuard } = await import('../../src/splits/test-guard.js');
    await new TestSetGuard({ directory }).claim({ runId, model: 'lightgbm' });
    await expect(agentOf({ trials: 0 }).execute({ ...state, runId })).rejects.toThrow(TestSetReuseError);
  });

  it('is cancelled by its signal', async () => {
    const signal = AbortSignal.abort();
    await expect(agentOf().execute(state, { signal })).rejects.toMatchObject({ code: 'TRAINING_CANCELLED' });
  });
});

describe('what cannot be run is refused before anything begins', () => {
  it.each([
    ['an unknown model', { modelCandidate: { name: 'lightgmb' } }, /lightgmb/],
    ['no experiment', { experimentId: '' }, /experimentId/],
    ['no way to split', { split: undefined }, /split/],
    ['an id that is a path', { runId: '../../x' }, /run id/],
    ['an override without a reason', { qcOverride: { reason: '' } }, /reason/],
    ['no data', { data: undefined }, /data/],
  ])('%s', async (_what, change, message) => {
    await expect(agentOf().execute({ ...state, ...change } as AgentState)).rejects.toMatchObject({
      message: expect.stringMatching(message),
    });
  });

  it.each([
    ['an unknown option', { trails: 3 }, /trials/],
    ['an unknown step', { steps: { tuning: async () => ({ text: '' }) } }, /step 'tuning'/],
    ['trials that are no number', { trials: -1 }, /trials/],
  ])('%s', (_what, options, message) => {
    expect(() => new ModelTrainerAgent(options as AgentOptions)).toThrow(ConfigError);
    try {
      new ModelTrainerAgent(options as AgentOptions);
    } catch (error) {
      expect(`${(error as Error).message} ${(error as ConfigError).hint}`).toMatch(message);
    }
  });
});
