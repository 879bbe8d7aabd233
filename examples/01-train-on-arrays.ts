/** Train on arrays: a gradient-boosted classifier on 178 wines, scored on wines it has not seen. */
import { accuracy, logLoss } from 'holdfast';
import { LightGBMModel } from 'holdfast/boosting';
import { readCsv } from 'holdfast/data';

const table = await readCsv(new URL('./data/sklearn-wine.csv.gz', import.meta.url));
const names = table.columnNames.filter((name) => name !== 'target');
const columns = names.map((name) => table.numeric(name));
const target = table.numeric('target');

// Every third wine is for testing.
const rows = [...target.keys()];
const part = (keep: (row: number) => boolean) => {
  const kept = rows.filter(keep);
  return { X: kept.map((row) => columns.map((column) => column[row])), y: kept.map((row) => target[row]) };
};
const train = part((row) => row % 3 !== 0);
const test = part((row) => row % 3 === 0);

const model = new LightGBMModel({ numIterations: 100, minDataInLeaf: 5 });
const metrics = await model.fit({ ...train, featureNames: names }, { seed: 42 });
const { predictions, probabilities } = await model.predict(test.X);

console.log(`trained ${metrics.totalEpochs} rounds in ${metrics.trainingTime.toFixed(2)} s`);
console.log(`accuracy ${accuracy(test.y, predictions).toFixed(3)}`);
console.log(`log-loss ${logLoss(test.y, probabilities!).toFixed(3)}`);
const importance = model.featureImportance('gain')!;
const top = [...importance.values.keys()].sort((a, b) => importance.values[b] - importance.values[a]).slice(0, 3);
console.log(`most important: ${top.map((j) => importance.names[j]).join(', ')}`);

await model.save('experiments/wine-model');
const again = await LightGBMModel.load('experiments/wine-model');
console.log(
  `loaded again: ${again.classes.length} classes, same predictions: ${(await again.predict(test.X)).predictions.every((p, i) => p === predictions[i])}`,
);
