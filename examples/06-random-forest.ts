/** A random forest on 569 tumours: scored by the trees that did not see a row, and by which columns matter. */
import { logLoss } from 'holdfast';
import { RandomForestModel } from 'holdfast/classical';
import { readCsv } from 'holdfast/data';

const table = await readCsv(new URL('./data/sklearn-breast-cancer.csv.gz', import.meta.url));
const names = table.columnNames.filter((name) => name !== 'target');
const columns = names.map((name) => table.numeric(name));
const target = table.numeric('target');
const rows = [...target.keys()];
const part = (keep: (row: number) => boolean) => {
  const kept = rows.filter(keep);
  return { X: kept.map((row) => columns.map((column) => column[row])), y: kept.map((row) => target[row]) };
};
const train = part((row) => row % 3 !== 0);
const test = part((row) => row % 3 === 0);

const model = new RandomForestModel({ nTrees: 300, minSamplesLeaf: 3, oobScore: true, classWeight: 'balanced' });
await model.fit({ ...train, featureNames: names }, { seed: 7 });
const { probabilities } = await model.predict(test.X);
console.log(`out-of-bag accuracy ${model.oobScore?.toFixed(3)}, from training rows alone`);
console.log(`log-loss on new rows ${logLoss(test.y, probabilities!).toFixed(3)}`);

const { mean, deviation } = await model.permutationImportance(test);
const top = [...mean.keys()].sort((a, b) => mean[b] - mean[a]).slice(0, 3);
for (const j of top)
  console.log(`without ${names[j]}: accuracy ${(-mean[j]).toFixed(3)} (± ${deviation[j].toFixed(3)})`);

await model.save('experiments/tumour-forest');
await model.exportOnnx('experiments/tumour-forest.onnx');
const again = await RandomForestModel.load('experiments/tumour-forest');
console.log(`loaded again: ${again.treeCount} trees`);
