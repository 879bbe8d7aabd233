/** A logistic regression on 569 tumours: how strong a penalty held-out rows ask for, which columns it leaves, and how sure the weights are. */
import { Matrix, PreprocessingPipeline } from 'holdfast';
import { LogisticRegressionModel } from 'holdfast/classical';
import { readCsv } from 'holdfast/data';

const table = await readCsv(new URL('./data/sklearn-breast-cancer.csv.gz', import.meta.url));
const names = table.columnNames.filter((name) => name !== 'target');
const columns = names.map((name) => table.numeric(name));
const y = Float64Array.from(table.numeric('target'));
const given = Matrix.from(Array.from(y, (_, row) => columns.map((column) => column[row])));

// A penalty means the same for every column only where all have one scale.
const pipeline = new PreprocessingPipeline({ scaling: 'standard' });
pipeline.fit({ role: 'train', X: given, y });
const X = pipeline.transform(given);

const lasso = new LogisticRegressionModel({ penalty: 'l1', Cs: [0.01, 0.03, 0.1, 0.3, 1, 3], folds: 5 });
await lasso.fit({ X, y, featureNames: names });
const path = lasso.regularizationPath!;
path.Cs.forEach((C, i) => {
  const kept = path.coefficients[i].weights.filter((weight) => weight !== 0).length;
  console.log(
    `C ${C}: ${kept} columns, held-out log-loss ${path.meanLogLoss[i].toFixed(3)}${i === path.best ? ' <- best' : ''}`,
  );
});

// Standard errors are of a model without an L1 part: three columns, no penalty.
const chosen = ['mean_texture', 'mean_radius', 'mean_smoothness'].map((name) => names.indexOf(name));
const few = Matrix.from(Array.from(y, (_, row) => chosen.map((j) => X.row(row)[j])));
const plain = new LogisticRegressionModel({ penalty: 'none', standardErrors: true });
await plain.fit({ X: few, y, featureNames: chosen.map((j) => names[j]) });
for (const { name, estimate, standardError, pValue } of plain.coefficientTable()) {
  console.log(`${name}: ${estimate.toFixed(2)} ± ${standardError.toFixed(2)}, p ${pValue.toExponential(1)}`);
}
await lasso.save('experiments/tumour-logistic');
const again = await LogisticRegressionModel.load('experiments/tumour-logistic');
console.log(`loaded again: C ${again.C}`);
