/** What a container and fromTable need is there, and named as they name it. */
import { Matrix, type Table, TimeSeriesDataContainer, type Windows } from '../../../src/index.js';

declare const table: Table;
declare const windows: Windows;
const X = Matrix.from([[1], [2]]);
const y = [0, 1];

new TimeSeriesDataContainer({ XTrain: X, yTrain: y, XVal: X, yVal: y, XTest: X, yTest: y }).train.X
  .rows satisfies number;
new TimeSeriesDataContainer({ XTrain: [[1], [2]], yTrain: y, XVal: X, yVal: y, XTest: X, yTest: Int8Array.of(0, 1) });
new TimeSeriesDataContainer({
  XTrain: X,
  yTrain: y,
  wTrain: [1, 1],
  XVal: X,
  yVal: y,
  wVal: [1, 1],
  XTest: X,
  yTest: y,
  wTest: [1, 1],
  XHoldout: X,
  yHoldout: y,
  wHoldout: [1, 1],
  featureNames: ['rsi'],
  symbol: 'ES',
  horizon: 20,
  times: { train: [0, 1], validation: [2, 3], test: [new Date(4), new Date(5)], holdout: [6, 7] },
  groups: ['a', 'a', 'b', 'b', 'c', 'c', 'd', 'd'],
});
new TimeSeriesDataContainer<Windows>({
  XTrain: windows,
  yTrain: y,
  XVal: [[[1]], [[2]]],
  yVal: y,
  XTest: windows,
  yTest: y,
}).train.X.length satisfies number;
TimeSeriesDataContainer.fromTable(table, { label: 'y', time: 't', embargo: 0.01, horizon: 20 }).train.X
  .rowCount satisfies number;
TimeSeriesDataContainer.fromTable(table, { label: 'y', ratios: { train: 0.7, validation: 0.2, test: 0.1 } });
