/** One call from a table to a model in production's hands: gate, splits, tuning, training, evaluation, store, row, memory, handoff. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelTrainerAgent } from 'holdfast/agent';
import { barDataset, readCsv } from 'holdfast/data';
import { ModelStore, TrainingRunRepository } from 'holdfast/tracking';

const runsDirectory = mkdtempSync(join(tmpdir(), 'agent-'));
const bars = await readCsv(new URL('./data/spy-hourly.csv.gz', import.meta.url));
const { table, features, time } = barDataset(bars, { label: 'direction', horizon: 8 });

// Everything is embedded: runs in a PostgreSQL inside the directory, models in a store, what worked in a memory.
const agent = new ModelTrainerAgent({ runsDirectory, trials: 4 });
const run = await agent.execute(
  {
    experimentId: 'spy-hourly',
    modelCandidate: {
      name: 'lightgbm',
      config: { numIterations: 30 },
      space: { numLeaves: [4, 31], minDataInLeaf: [20, 200] },
    },
    data: table,
    split: { label: 'label', labelEnd: 'label_end', weight: 'weight', time, features, symbol: 'SPY', horizon: 8 },
  },
  { onProgress: ({ phase, message }) => phase === 'agent' && message && console.log(`- ${message}`) },
);

for (const { name, status, seconds, text } of run.steps ?? []) {
  console.log(`${name.padEnd(11)} ${status.padEnd(9)} ${seconds.toFixed(1).padStart(5)} s  ${text}`);
}
const judged = run.validationMetrics?.splits.test;
const interval = judged?.intervals.rocAuc;
console.log(
  `AUC on test ${judged?.metrics.rocAuc?.toFixed(3)} (${interval?.lower.toFixed(3)} to ${interval?.upper.toFixed(3)})`,
);
console.log(
  readFileSync(join(run.runDirectory ?? '', 'handoff.yaml'), 'utf8')
    .split('\n')
    .slice(0, 3)
    .join('\n'),
);

// What a service does with it.
const store = new ModelStore({ directory: join(runsDirectory, '.models') });
const [version] = await store.list();
await store.promote(version.modelName, version.version, { reason: 'example' });
const { model } = await store.load(version.modelName, 'production');
console.log(`in production: ${version.modelVersionId}, a ${model.info.name}`);

const repository = new TrainingRunRepository({ directory: runsDirectory });
const { runs } = await repository.list({ experimentId: 'spy-hourly' });
console.log(`rows: ${runs.map(({ trainingRunId, status }) => `${trainingRunId} ${status}`).join(', ')}`);
await repository.close();
