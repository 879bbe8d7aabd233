// One run on bundled bars by the built package, either the agent's (from gate to handoff, everything embedded) or the bare work of it (split,
// preprocessing, tuning, fit, evaluation): prints seconds, peak memory and the steps' seconds as JSON.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evaluateModel, ModelRegistry, PreprocessingPipeline, TimeSeriesDataContainer } from 'holdfast';
import { ModelTrainerAgent } from 'holdfast/agent';
import { barDataset, readCsv } from 'holdfast/data';
import { tuneModel } from 'holdfast/tuning';
import { peakRss } from './files.mjs';

const { agent, file, bars, model, config, trials, threads, again } = JSON.parse(process.argv[2]);
const { table, features, time } = barDataset(await readCsv(file), bars);
const split = {
  ...{ label: 'label', labelEnd: 'label_end', weight: 'weight', time, features },
  ...{ symbol: 'bench', horizon: bars.horizon, embargo: 0.01 },
};

async function bare() {
  const raw = TimeSeriesDataContainer.fromTable(table, split);
  const container = new PreprocessingPipeline({ imputation: 'median', scaling: 'standard' }).fitTransform(raw);
  const tuned = trials > 0 ? await tuneModel(model, container, { trials, config, threads }) : { bestConfig: config };
  const Model = await ModelRegistry.get(model);
  const fitted = new Model(tuned.bestConfig);
  const { train, validation, featureNames } = container;
  await fitted.fit({ ...train, validation, featureNames }, { threads, seed: 42 });
  await evaluateModel(fitted, container, { threads });
  return [];
}

async function whole(runsDirectory, trials) {
  const state = { experimentId: 'bench', modelCandidate: { name: model, config }, data: table, split };
  const { steps } = await new ModelTrainerAgent({ runsDirectory, trials, threads }).execute(state);
  return steps;
}

const runsDirectory = mkdtempSync(join(tmpdir(), 'holdfast-bench-agent-'));
// A directory that has a database already: one that is run in every day.
if (agent && again) await whole(runsDirectory, 0);
const before = process.cpuUsage();
const started = performance.now();
const steps = agent ? await whole(runsDirectory, trials) : await bare();
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(before);
rmSync(runsDirectory, { recursive: true, force: true });
console.log(JSON.stringify({ seconds, peakRss: peakRss(), cpu: (user + system) / 1e6, steps }));
