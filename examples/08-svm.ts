/** Support vector machines on 569 tumours: exact, linear, and on random Fourier features; probabilities, and files that libsvm opens. */
import { logLoss } from 'holdfast';
import { SVMModel } from 'holdfast/classical';
import { readCsv } from 'holdfast/data';

const table = await readCsv(new URL('./data/sklearn-breast-cancer.csv.gz', import.meta.url));
const names = table.columnNames.filter((name) => name !== 'target');
const target = table.numeric('target');
const rows = [...target.keys()];
const isTrain = (row: number) => row % 3 !== 0;

// Kernels compare columns as they are: scale them, by what the training rows say alone.
const columns = names.map((name) => {
  const values = table.numeric(name);
  const own = rows.filter(isTrain).map((row) => values[row]);
  const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
  const deviation = Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / own.length);
  return Float64Array.from(values, (value) => (value - mean) / deviation);
});
const part = (keep: (row: number) => boolean) => {
  const kept = rows.filter(keep);
  return { X: kept.map((row) => columns.map((column) => column[row])), y: kept.map((row) => target[row]) };
};
const [train, test] = [part(isTrain), part((row) => !isTrain(row))];

const model = new SVMModel({ C: 2, classWeight: 'balanced' });
await model.fit({ ...train, featureNames: names }, { seed: 7 });
const { predictions, probabilities } = await model.predict(test.X);
const share = (labels: ArrayLike<number>) => test.y.filter((label, i) => label === labels[i]).length / test.y.length;
console.log(
  `radial kernel: accuracy ${share(predictions).toFixed(3)}, log-loss ${logLoss(test.y, probabilities!).toFixed(3)}`,
);
console.log(`${model.supportVectors.rows} of ${train.y.length} rows are support vectors`);

const linear = new SVMModel({ kernel: 'linear', solver: 'dcd', C: 0.1 });
await linear.fit({ ...train, featureNames: names }, { seed: 7 });
const { values } = linear.featureImportance()!;
const top = [...values.keys()].sort((a, b) => values[b] - values[a]).slice(0, 3);
console.log(
  `linear: accuracy ${share((await linear.predict(test.X)).predictions).toFixed(3)}, most by ${top.map((j) => names[j]).join(', ')}`,
);

// For many rows: the kernel as products of random waves, and how far that is from it.
const waves = new SVMModel({ approximation: 'fourier', components: 300, C: 2 });
await waves.fit({ ...train, featureNames: names }, { seed: 7 });
const { mean, max } = waves.training!.kernelError!;
console.log(
  `waves: accuracy ${share((await waves.predict(test.X)).predictions).toFixed(3)}, kernel off by ${mean.toFixed(3)} on average, ${max.toFixed(3)} at most`,
);

await model.save('experiments/tumour-svm');
await model.exportNative('experiments/tumour.libsvm'); // svm-predict, svm_load_model
await linear.exportNative('experiments/tumour.liblinear'); // LIBLINEAR's predict, load_model
const again = await SVMModel.importNative('experiments/tumour.libsvm');
console.log(`opened from libsvm's file: ${again.supportVectors.rows} support vectors`);
