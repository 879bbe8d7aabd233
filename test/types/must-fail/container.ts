/** What a container and fromTable need is there, and named as they name it. */
import { Matrix, type Table, TimeSeriesDataContainer, type Windows } from '../../../src/index.js';

declare const table: Table;
declare const windows: Windows;
const X = Matrix.from([[1], [2]]);
const y = [0, 1];

new TimeSeriesDataContainer({ XTrain: X, yTrain: y, XVal: X, yVal: y }); // error: TS2345
new TimeSeriesDataContainer({ X_train: X, yTrain: y, XVal: X, yVal: y, XTest: X, yTest: y }); // error: TS2353
new TimeSeriesDataContainer({ XTrain: X, yTrain: 'ab', XVal: X, yVal: y, XTest: X, yTest: y }); // error: TS2322
const window = { XTrain: windows, yTrain: y, XTest: windows, yTest: y };
new TimeSeriesDataContainer<Windows>({ ...window, XVal: X, yVal: y }); // error: TS2322
TimeSeriesDataContainer.fromTable(table, {}); // error: TS2345
TimeSeriesDataContainer.fromTable(table, { label: 'y', labels: 'y' }); // error: TS2561
TimeSeriesDataContainer.fromTable(table, { label: 'y', ratios: { train: 1 } }); // error: TS2739
declare const container: TimeSeriesDataContainer;
container.toSequences(); // error: TS2554
