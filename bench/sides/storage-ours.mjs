// A worker of the storage benchmark: says when it is ready, waits to be told to start, runs its trials, says when it is done.
import { once } from 'node:events';
import {
  createStudy,
  JournalFileStorage,
  PostgresStorage,
  RandomSampler,
  SqliteStorage,
} from '../../dist/tuning/index.js';

const { kind, place, trials, params, seed } = JSON.parse(process.argv[2]);
const storage =
  kind === 'postgresql'
    ? new PostgresStorage(place)
    : kind === 'sqlite'
      ? new SqliteStorage(place)
      : new JournalFileStorage(place);
const study = await createStudy({ name: 's', storage, loadIfExists: true, sampler: new RandomSampler(), seed });
console.log('ready');
await once(process.stdin, 'data');
const before = process.cpuUsage();
await study.optimize(
  (trial) => {
    let sum = 0;
    for (let i = 0; i < params; i++) sum += trial.suggestFloat(`x${i}`, 0, 1);
    return sum;
  },
  { trials, concurrency: 1 },
);
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ processorSeconds: (user + system) / 1e6, peakRss: process.memoryUsage().rss }));
await storage.close?.();
process.exit();
