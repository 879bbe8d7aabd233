// A study of a journal or of an SQLite file: trials that were finished stay, and the study goes on to the number of trials it was to have.
import { join } from 'node:path';
import { createStudy, JournalFileStorage, SqliteStorage, TPESampler } from '../../../dist/tuning/index.js';

const TRIALS = 12;

function tune(storageIn) {
  const open = async (directory) => {
    const storage = storageIn(directory);
    const study = await createStudy({
      ...{ name: 's', storage, loadIfExists: true, takeOver: true, direction: 'minimize', seed: 5 },
      sampler: new TPESampler({ nStartupTrials: 4 }),
    });
    return { storage, study };
  };
  return {
    async work(directory) {
      const { storage, study } = await open(directory);
      const done = study.trials.filter(({ state }) => state === 'complete').length;
      if (done < TRIALS) {
        await study.optimize(
          (trial) => {
            const x = trial.suggestFloat('x', -5, 5);
            const c = trial.suggestCategorical('c', ['a', 'b', 'c']);
            trial.report(x, 1);
            return (x - 1) ** 2 + (c === 'b' ? 0 : 1);
          },
          { trials: TRIALS - done, concurrency: 1 },
        );
      }
      await storage.close?.();
    },
    look: async (directory) => {
      const { storage, study } = await open(directory);
      const complete = study.trials
        .filter(({ state }) => state === 'complete')
        .map(({ number, params, values }) => [number, params.x, params.c, values[0]]);
      await storage.close?.();
      return JSON.stringify(complete);
    },
  };
}

export const subjects = {
  'tune-journal': tune((directory) => new JournalFileStorage(join(directory, 'study.log'), { lockGraceSeconds: 0.2 })),
  'tune-sqlite': tune((directory) => new SqliteStorage(join(directory, 'study.db'), { heartbeatInterval: 60 })),
};
