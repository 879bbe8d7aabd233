// Makes a study in the storage of the given kind and file and prints its trials.
import { createStudy, JournalFileStorage, RandomSampler, SqliteStorage, TrialPruned } from '../../dist/tuning/index.js';

const [kind, file] = process.argv.slice(2);
const storage = kind === 'sqlite' ? new SqliteStorage(file) : new JournalFileStorage(file);
const study = await createStudy({
  name: 'archived',
  direction: 'maximize',
  storage,
  sampler: new RandomSampler(),
  seed: 3,
});
await study.optimize(
  (trial) => {
    const x = trial.suggestFloat('x', 0.001, 1, { log: true });
    const n = trial.suggestInt('n', 1, 9, { step: 2 });
    const kind = trial.suggestCategorical('kind', ['a', 'b', null, 3, true]);
    trial.report(x, 0);
    if (trial.number === 2) throw new TrialPruned();
    if (trial.number === 3) throw new Error('failed on purpose');
    return x * n + (kind === 'a' ? 1 : 0);
  },
  { trials: 6 },
);
console.log(
  JSON.stringify(study.trials.map(({ number, state, params, values }) => ({ number, state, params, values }))),
);
await storage.close?.();
