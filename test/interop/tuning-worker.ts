/** A process that works on a study: `trials` trials, or one that never ends. Prints a line when it starts its first. */
import { createStudy, PostgresStorage, RandomSampler } from '../../src/tuning/index.js';

const { url, trials, seed, forever, heartbeatInterval, gracePeriod } = JSON.parse(process.argv[2]) as {
  url: string;
  trials: number;
  seed: number;
  forever?: boolean;
  heartbeatInterval?: number;
  gracePeriod?: number;
};
const storage = new PostgresStorage(url, { heartbeatInterval, gracePeriod });
const study = await createStudy({ name: 's', storage, seed, loadIfExists: true, sampler: new RandomSampler() });
await study.optimize(
  async (trial) => {
    const x = trial.suggestFloat('x', 0, 1);
    trial.setUserAttr('by', seed);
    if (forever) {
      // Long enough for what was suggested to be written.
      setTimeout(() => console.log('running'), 200);
      await new Promise((resolve) => setTimeout(resolve, 600_000));
    }
    return x;
  },
  { trials },
);
await storage.close();
