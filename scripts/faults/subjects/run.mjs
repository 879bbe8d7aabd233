// A run of ModelTrainer: its directory is complete or not there, and the same run id goes on to the same model and numbers.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ModelTrainer, TimeSeriesDataContainer } from '../../../dist/index.js';
import { hashOf, rows } from './data.mjs';

const RUN = 'run-1';
const DAY = 86_400_000;

function container() {
  const { X, y } = rows(600);
  const part = (from, to) => Uint32Array.from({ length: to - from }, (_, i) => from + i);
  const times = (from, to) => Float64Array.from(part(from, to), (i) => i * DAY);
  return new TimeSeriesDataContainer({
    ...{ XTrain: X.take(part(0, 360)), yTrain: y.slice(0, 360), XVal: X.take(part(365, 485)), yVal: y.slice(365, 485) },
    ...{ XTest: X.take(part(490, 600)), yTest: y.slice(490, 600) },
    times: { train: times(0, 360), validation: times(365, 485), test: times(490, 600) },
    labelEnds: { train: times(3, 363), validation: times(368, 488), test: times(493, 603) },
    featureNames: ['a', 'b', 'c', 'd', 'e', 'f'],
    ...{ symbol: 'ES', horizon: 3 },
  });
}

const run = {
  async work(directory) {
    if (existsSync(join(directory, 'runs', RUN, 'report.json'))) return;
    await new ModelTrainer({ runsDirectory: join(directory, 'runs') }).trainModel('lightgbm', container(), {
      ...{ runId: RUN, config: { numIterations: 12 }, threads: 1, seed: 4, sequenceBaseline: false },
      ...{ evaluation: { bootstrap: { samples: 20 } }, checkpointDirectory: join(directory, 'checkpoints') },
    });
  },
  async look(directory) {
    const report = join(directory, 'runs', RUN, 'report.json');
    if (!existsSync(report)) return 'no run';
    const { metrics, evaluations, verdict } = JSON.parse(readFileSync(report, 'utf8'));
    const numbers = createHash('sha256').update(JSON.stringify({ metrics, evaluations, verdict })).digest('hex');
    return `${hashOf(join(directory, 'runs', RUN, 'models'))} ${numbers.slice(0, 16)}`;
  },
};

export const subjects = { run };
