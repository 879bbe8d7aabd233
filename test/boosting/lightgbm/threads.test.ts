import { expect, it } from 'vitest';
import { LightGBMModel } from '../../../src/boosting/lightgbm/model.js';
import { randomData } from '../engine/data.js';

it('narrow histograms, whose scans may be repeated: the same scores for 1, 2 and 4 threads', {
  timeout: 60_000,
}, async () => {
  const data = randomData(1, 20_000, 10, 2);
  const runs: Float64Array[] = [];
  for (const threads of [1, 2, 4, 2]) {
    const model = new LightGBMModel({ numIterations: 40 });
    await model.fit(data, { threads });
    runs.push(await model.predictScores(data.X));
  }
  for (const scores of runs) expect(scores).toEqual(runs[0]);
});
