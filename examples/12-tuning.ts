/** Which settings suit a forest of boosted trees on 569 tumours: 24 trials, the unpromising ones ended early, two at a time. */
import { Matrix, TimeSeriesDataContainer } from 'holdfast';
import { readCsv } from 'holdfast/data';
import { createStudy, float, JournalFileStorage, MedianPruner, tuneModel } from 'holdfast/tuning';

const table = await readCsv(new URL('./data/sklearn-breast-cancer.csv.gz', import.meta.url));
const names = table.columnNames.filter((name) => name !== 'target');
const columns = names.map((name) => table.numeric(name));
const y = Array.from(table.numeric('target'));
const X = y.map((_, row) => columns.map((column) => column[row]));
const part = (from: number, to: number) => [Matrix.from(X.slice(from, to)), y.slice(from, to)] as const;
const [[XTrain, yTrain], [XVal, yVal], [XTest, yTest]] = [part(0, 340), part(340, 455), part(455, 569)];
const container = new TimeSeriesDataContainer({ XTrain, yTrain, XVal, yVal, XTest, yTest, featureNames: names });

const { study, bestParams, bestValue } = await tuneModel('lightgbm', container, {
  space: {
    learningRate: float(0.02, 0.5, { log: true }),
    numLeaves: [3, 31],
    lambdaL2: float(1e-3, 10, { log: true }),
    featureFraction: [0.3, 0.6, 1],
  },
  config: { numIterations: 60, minDataInLeaf: 5 },
  metric: 'logLoss',
  trials: 24,
  workers: 2,
  pruner: new MedianPruner({ warmupSteps: 10 }),
  seed: 1,
});
const ended = study.trials.filter(({ state }) => state === 'pruned').length;
console.log(`${study.trials.length} trials, ${ended} ended early; log-loss ${bestValue.toFixed(4)} with`, bestParams);

// Any function can be tuned, with parameters that depend on others; the journal opens in Python's Optuna.
const journal = await createStudy({
  name: 'shapes',
  storage: new JournalFileStorage('experiments/shapes.log'),
  loadIfExists: true,
});
await journal.optimize(
  (trial) => {
    const shape = trial.suggestCategorical('shape', ['circle', 'box']);
    if (shape === 'circle') return Math.abs(Math.PI * trial.suggestFloat('radius', 0.1, 3) ** 2 - 10);
    return Math.abs(trial.suggestInt('width', 1, 9) * trial.suggestFloat('height', 0.1, 9) - 10) + 0.01;
  },
  { trials: 40 },
);
console.log(`an area of 10: ${JSON.stringify(journal.bestParams)}, off by ${journal.bestValue.toFixed(3)}`);
