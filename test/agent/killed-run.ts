/** The run that is killed, and goes on: the same in the process that dies and in the one after it. */
import type { AgentState } from '../../src/agent/index.js';
import { MLflowTracker } from '../../src/tracking/index.js';
import { SPLIT, signalTable } from './data.js';

export const RUN_ID = 'killed';
export const OPTIONS = { trials: 2, threads: 1, evaluation: { bootstrap: { samples: 20 } } };

export const killedTracker = (trackingUri: string): MLflowTracker =>
  new MLflowTracker({ trackingUri, experiment: 'e', retries: 0, flushInterval: 60 });

export const killedState = (): AgentState => ({
  ...{ runId: RUN_ID, experimentId: 'tests', data: signalTable(600), split: SPLIT },
  modelCandidate: { name: 'lightgbm', config: { numIterations: 5 }, space: { numLeaves: [3, 7] } },
});
