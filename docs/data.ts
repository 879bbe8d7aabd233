/**
 * The names that pages use without making them: hourly bars of a fund, features of them, two classes (1: the price is higher eight bars later), and
 * two columns of category codes. Readers put data of their own in their place.
 */
import { PreprocessingPipeline, TimeSeriesDataContainer } from 'holdfast';
import { barDataset, readCsv } from 'holdfast/data';

/** timestamp, open, high, low, close, volume. */
export const bars = (await readCsv('examples/data/spy-hourly.csv.gz')).slice(0, 900);

const HOUR = 3_600_000;
const dataset = barDataset(bars, { label: 'direction', horizon: 8 });
const clock = dataset.table.numeric(dataset.time);

/** Features, `label`, `label_end`, `weight`, `timestamp`; `hour` and `weekday` are category codes. */
export const table = dataset.table
  .with(
    'label',
    dataset.table.numeric('label').map((direction) => (direction > 0 ? 1 : 0)),
  )
  .with(
    'hour',
    clock.map((time) => Math.floor(time / HOUR) % 24),
  )
  .with(
    'weekday',
    clock.map((time) => (Math.floor(time / (24 * HOUR)) + 4) % 7),
  );

/** Split in time, not preprocessed: `raw.train.X` is a `Table`. */
export const raw = TimeSeriesDataContainer.fromTable(table, {
  label: 'label',
  labelEnd: 'label_end',
  weight: 'weight',
  time: dataset.time,
  features: [...dataset.features, 'hour', 'weekday'],
  symbol: 'SPY',
  horizon: 8,
});
/** The same with missing values filled: a `Matrix` a split. */
export const container = new PreprocessingPipeline({ imputation: 'median' }).fitTransform(raw);

const { train, test } = container;
export const validation = container.validation;
export const featureNames = container.featureNames;
/** Training rows, (n, features), and what belongs to each. */
export const { X, y, weights, times, labelEnds } = train;
export const { X: XVal, y: yVal } = validation;
export const { X: XTest, y: yTest } = test;
