import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AgentOptions, ModelTrainerAgent } from '../../src/agent/index.js';
import type { RunDescription, Tracker } from '../../src/tracking/tracker.js';
import { SPLIT, signalTable } from './data.js';

const state = {
  modelCandidate: { name: 'lightgbm', config: { numIterations: 5 }, space: { numLeaves: [3, 7] as const } },
  ...{ experimentId: 'tests', data: signalTable(600), split: SPLIT },
};
let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-agent-tracking-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const agentOf = (options: AgentOptions) =>
  new ModelTrainerAgent({
    ...{ runsDirectory: directory, repository: false, trials: 2, threads: 1 },
    ...{ evaluation: { bootstrap: { samples: 20 } }, ...options },
  });

/** As MLflow's: a part of a run needs the run to be there. */
function strictTracker(failing = false) {
  const runs = new Map<string, RunDescription & { ended: string[]; params: Record<string, unknown> }>();
  const tracker: Tracker = {
    startRun(run) {
      if (run.parentRunId !== undefined && !runs.has(run.parentRunId)) throw new Error('no parent');
      const kept = { ...run, ended: [] as string[], params: { ...run.params } };
      runs.set(run.runId, kept);
      return {
        logMetrics() {
          if (failing && run.parentRunId === undefined) throw new Error('gone');
        },
        logArtifacts() {},
        logParams: (params) => void Object.assign(kept.params, params),
        finish: (status) => void kept.ended.push(status),
      };
    },
  };
  return { runs, tracker };
}

describe('an agent with a tracker', () => {
  it('logs the run once, its trials as parts of it, and the hyperparameters that tuning found', async () => {
    const { runs, tracker } = strictTracker();
    const out = await agentOf({ tracker }).execute({ ...state, runId: 'whole' });
    expect([...runs.values()].map(({ parentRunId, ended }) => [parentRunId, ended])).toEqual([
      [undefined, ['completed']],
      ['whole', ['completed']],
      ['whole', ['completed']],
    ]);
    expect(runs.get('whole')?.params.numLeaves).toBe(out.trainedModel?.hyperparameters?.numLeaves);
  });

  it('tells it of a run that fails', async () => {
    const { runs, tracker } = strictTracker();
    const steps = { train: () => Promise.reject(new Error('as planned')) };
    await expect(agentOf({ tracker, steps }).execute({ ...state, runId: 'failed' })).rejects.toThrow('as planned');
    expect(runs.get('failed')?.ended).toEqual(['failed']);
  });

  it('loses the log, not the run, to a tracker that fails', async () => {
    const { tracker } = strictTracker(true);
    const out = await agentOf({ tracker, trials: 0 }).execute(state);
    expect(out.status).toBe('completed');
    expect(out.handoff?.nextSteps.join()).toContain('The tracker failed: gone');
  });
});
