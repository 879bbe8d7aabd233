/** Honest probabilities: a boosted model calibrated on rows that did not train it, beside a ridge baseline. */
import { CalibratedModel, expectedCalibrationError, logLoss, Matrix } from 'holdfast';
import { LightGBMModel } from 'holdfast/boosting';
import { RidgeModel } from 'holdfast/classical';

// Noisy labels that depend on two of ten columns, one row an hour.
let state = 1;
const random = () => (state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff) / 0x7fffffff;
const columns: Record<string, number[]> = { time: [], label: [] };
for (let i = 0; i < 4000; i++) {
  const x = Array.from({ length: 10 }, () => random() + random() + random() - 1.5);
  x.forEach((value, j) => {
    const name = `x${j}`;
    columns[name] ??= [];
    columns[name].push(value);
  });
  columns.time.push(i * 3_600_000);
  columns.label.push(x[0] - x[1] + 2 * (random() - 0.5) > 0 ? 1 : 0);
}
const X = Matrix.from(columns.label.map((_, i) => Array.from({ length: 10 }, (_, j) => columns[`x${j}`][i])));
const part = (role: 'train' | 'validation' | 'test', from: number, to: number) => {
  const rows = Array.from({ length: to - from }, (_, i) => from + i);
  return {
    role,
    X: X.take(rows),
    y: Float64Array.from(rows, (i) => columns.label[i]),
    times: Float64Array.from(rows, (i) => columns.time[i]),
    labelEnds: Float64Array.from(rows, (i) => columns.time[i] + 3_600_000),
    rowIds: Uint32Array.from(rows),
  };
};
const train = { ...part('train', 0, 2000), role: 'train' as const };
const validation = { ...part('validation', 2002, 3000), role: 'validation' as const };
const test = part('test', 3002, 4000);

// Far too many rounds: the model is certain of what it learned by heart.
const model = new LightGBMModel({ numIterations: 300, minDataInLeaf: 5 });
await model.fit({ X: train.X, y: train.y });
const calibrated = await CalibratedModel.calibrate(model, validation, { used: [train] });
const ridge = new RidgeModel({ alphas: [0.1, 1, 10] });
await ridge.fit({ X: train.X, y: train.y });

for (const [name, one] of Object.entries({ lightgbm: model, calibrated, ridge })) {
  const { probabilities } = await one.predict(test.X);
  if (!probabilities) continue;
  const scores = Float64Array.from(test.y, (_, i) => probabilities.data[2 * i + 1]);
  const [loss, error] = [logLoss(test.y, scores), expectedCalibrationError(test.y, scores)];
  console.log(`${name.padEnd(12)} log-loss ${loss.toFixed(4)}  calibration error ${error.toFixed(4)}`);
}
const refused = await CalibratedModel.calibrate(model, { ...train, role: 'validation' }).catch(
  (error: Error) => error.name,
);
console.log(`calibrating on the rows it was trained on: ${refused}`);
