/** Rows for linear models: market-like columns as they are or scaled, and independent normal columns; three classes, or 0, 1 and 2 as values. */
import { existsSync, writeFileSync } from 'node:fs';
import { log } from '../src/core/math.js';
import { Matrix } from '../src/core/matrix.js';
import { Random } from '../src/core/random.js';
import { applyMissing, planMissing } from '../src/model/missing.js';
import { benchmarkData, MARKET, readFloat32 } from './data.js';

/** Files of float32 rows without missing values, and of labels; made once. */
export async function linearData(name: 'market' | 'market-scaled' | 'independent'): Promise<{ X: string; y: string }> {
  const directory = benchmarkData(MARKET);
  const stem = `${directory}logistic-${name.replace(/\W+/g, '-')}`;
  const files = { X: `${stem}-X.f32`, y: `${stem}-y.f32` };
  if (existsSync(files.X) && existsSync(files.y)) return files;
  const { X, y } = name === 'independent' ? independent() : await market(directory, name === 'market-scaled');
  writeFileSync(files.y, y);
  writeFileSync(files.X, X);
  return files;
}

async function market(directory: string, scaled: boolean): Promise<{ X: Float32Array; y: Float32Array }> {
  const { cols } = MARKET;
  const gaps = Matrix.wrap(readFloat32(`${directory}X_train.f32`), cols);
  const X = (await applyMissing(gaps, (await planMissing(gaps, { threads: 1 })).plan)).data;
  for (let j = 0; scaled && j < cols; j++) {
    let [mean, square] = [0, 0];
    for (let p = j; p < X.length; p += cols) mean += X[p] / (X.length / cols);
    for (let p = j; p < X.length; p += cols) square += (X[p] - mean) ** 2 / (X.length / cols);
    for (let p = j; p < X.length; p += cols) X[p] = (X[p] - mean) / Math.sqrt(square);
  }
  return { X, y: readFloat32(`${directory}classes_train.f32`) };
}

/** Normal columns and labels drawn from a softmax of their sums. */
function independent(): { X: Float32Array; y: Float32Array } {
  const { trainRows, cols } = MARKET;
  const random = new Random(61);
  const X = Float32Array.from({ length: trainRows * cols }, () => random.normal());
  const truth = Float64Array.from({ length: 3 * cols }, () => 0.15 * random.normal());
  const y = Float32Array.from({ length: trainRows }, (_, i) => {
    const drawn = [0, 1, 2].map((k) => {
      let score = -log(-log(random.float() + 1e-300));
      for (let j = 0; j < cols; j++) score += truth[k * cols + j] * X[i * cols + j];
      return score;
    });
    return drawn.indexOf(Math.max(...drawn));
  });
  return { X, y };
}
