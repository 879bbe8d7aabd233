/** A model of your own in about 30 lines: checks, labels, missing values, saving and reports come from BaseModel. */
import {
  BaseModel,
  type FitData,
  loadModel,
  Matrix,
  type ModelPayload,
  ModelTrainer,
  registerModel,
  TimeSeriesDataContainer,
} from 'holdfast';
import { readCsv } from 'holdfast/data';

@registerModel({ name: 'nearest_centroid', family: 'custom' })
class NearestCentroid extends BaseModel<{ sharpness?: number }> {
  private centroids: number[][] = [];

  protected async fitModel({ X, y, weights, classes }: FitData): Promise<void> {
    const total = classes.map(() => 0);
    this.centroids = classes.map(() => new Array<number>(X.cols).fill(0));
    for (let i = 0; i < X.rows; i++) {
      const w = weights?.[i] ?? 1;
      total[y[i]] += w;
      X.row(i).forEach((v, j) => {
        this.centroids[y[i]][j] += w * v;
      });
    }
    this.centroids = this.centroids.map((sum, k) => sum.map((s) => s / total[k]));
  }

  protected predictRaw(X: Matrix): Matrix {
    return Matrix.from(
      Array.from({ length: X.rows }, (_, i) => {
        const near = this.centroids.map(
          (c) => (1e-9 + c.reduce((d, v, j) => d + (v - X.row(i)[j]) ** 2, 0)) ** -(this.config.sharpness ?? 1),
        );
        const sum = near.reduce((a, b) => a + b, 0);
        return near.map((v) => v / sum);
      }),
    );
  }

  protected serialize(): ModelPayload {
    return { state: this.centroids, files: {} };
  }

  protected deserialize({ state }: { state: unknown }): void {
    this.centroids = state as number[][];
  }
}

const table = await readCsv(new URL('./data/sklearn-breast-cancer.csv.gz', import.meta.url));
const features = table.columnNames.filter((name) => name !== 'target');
const slice = (from: number, to: number) => ({
  X: Array.from({ length: to - from }, (_, i) => features.map((name) => table.numeric(name)[from + i])),
  y: table.numeric('target').slice(from, to),
});
const [train, validation, test] = [slice(0, 340), slice(340, 450), slice(450, 569)];
const container = new TimeSeriesDataContainer({
  XTrain: train.X,
  yTrain: train.y,
  XVal: validation.X,
  yVal: validation.y,
  XTest: test.X,
  yTest: test.y,
  featureNames: features,
  symbol: 'breast-cancer',
});

const { model, report, artifacts } = await new ModelTrainer().trainModel('nearest_centroid', container, {
  config: { sharpness: 2 },
});
console.log(`${NearestCentroid.name}: ${report.verdict.text}`);
const loaded = await loadModel(artifacts!.model);
const [a, b] = [await model.predict(test.X), await loaded.predict(test.X)];
console.log(`loaded again, same predictions: ${a.predictions.every((p, i) => p === b.predictions[i])}`);
